<?xml version="1.0" encoding="UTF-8"?>
<!-- The letter as plain text: one line per label and value, nothing wrapped but by meaning. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:exsl="http://exslt.org/common" exclude-result-prefixes="exsl">

  <xsl:template match="/" mode="text">
    <xsl:value-of select="subject/@zh[$chinese] | subject/@en[not($chinese)]"/>
    <xsl:text>&#10;&#10;</xsl:text>
    <xsl:apply-templates select="p | section" mode="text"/>
    <xsl:if test="brief">
      <xsl:choose>
        <xsl:when test="$chinese">【English】</xsl:when>
        <xsl:otherwise>[中文]</xsl:otherwise>
      </xsl:choose>
      <xsl:text>&#10;</xsl:text>
      <xsl:call-template name="brief"/>
      <xsl:text>&#10;</xsl:text>
    </xsl:if>
    <xsl:if test="foot">
      <xsl:text>&#10;-- &#10;</xsl:text>
      <xsl:for-each select="foot">
        <xsl:value-of select="@zh[$chinese] | @en[not($chinese)]"/>
        <xsl:text>&#10;</xsl:text>
      </xsl:for-each>
    </xsl:if>
  </xsl:template>

  <xsl:template match="p" mode="text">
    <xsl:value-of select="@zh[$chinese] | @en[not($chinese)]"/>
    <xsl:text>&#10;&#10;</xsl:text>
  </xsl:template>

  <xsl:template match="section" mode="text">
    <xsl:choose>
      <xsl:when test="$chinese"><xsl:value-of select="concat('【', @zh, '】&#10;')"/></xsl:when>
      <xsl:otherwise><xsl:value-of select="concat('[', @en, ']&#10;')"/></xsl:otherwise>
    </xsl:choose>
    <xsl:apply-templates mode="text"/>
    <xsl:if test="not(*[last()][self::p or self::answer])"><xsl:text>&#10;</xsl:text></xsl:if>
  </xsl:template>

  <!-- A label's column is four Chinese characters or fourteen letters wide: that fits the letter's own labels; a form's longer ones stand out. -->
  <xsl:template match="fact" mode="text">
    <xsl:choose>
      <xsl:when test="$chinese"><xsl:value-of select="concat(@zh, substring('　　　　', string-length(@zh) + 1), '：', ., '&#10;')"/></xsl:when>
      <xsl:otherwise><xsl:value-of select="concat(@en, ': ', substring('              ', string-length(@en) + 1), ., '&#10;')"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="change" mode="text">
    <xsl:value-of select="@zh[$chinese] | @en[not($chinese)]"/>
    <xsl:text>&#10;</xsl:text>
    <xsl:choose>
      <xsl:when test="$chinese"><xsl:value-of select="concat('　　原：', old, '&#10;　　新：', new, '&#10;')"/></xsl:when>
      <xsl:otherwise><xsl:value-of select="concat('    old: ', old, '&#10;    new: ', new, '&#10;')"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="item" mode="text">
    <xsl:value-of select="concat(@mark, ' ')"/>
    <xsl:value-of select="@zh[$chinese] | @en[not($chinese)]"/>
    <xsl:text>&#10;</xsl:text>
  </xsl:template>

  <xsl:template match="quote" mode="text">
    <xsl:call-template name="indent"><xsl:with-param name="text" select="string(.)"/><xsl:with-param name="by" select="'| '"/></xsl:call-template>
  </xsl:template>

  <xsl:template match="answer" mode="text">
    <xsl:call-template name="indent"><xsl:with-param name="text" select="string(.)"/><xsl:with-param name="by" select="'    '"/></xsl:call-template>
    <xsl:text>&#10;</xsl:text>
  </xsl:template>

  <xsl:template name="indent">
    <xsl:param name="text"/>
    <xsl:param name="by"/>
    <xsl:choose>
      <xsl:when test="contains($text, '&#10;')">
        <xsl:value-of select="concat($by, substring-before($text, '&#10;'), '&#10;')"/>
        <xsl:call-template name="indent">
          <xsl:with-param name="text" select="substring-after($text, '&#10;')"/>
          <xsl:with-param name="by" select="$by"/>
        </xsl:call-template>
      </xsl:when>
      <xsl:otherwise><xsl:value-of select="concat($by, $text, '&#10;')"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>
</xsl:stylesheet>
