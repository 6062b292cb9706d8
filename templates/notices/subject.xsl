<?xml version="1.0" encoding="UTF-8"?>
<!-- The letter's subject line: what is wanted, of which request, whose; the token last. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:n="urn:countersign:notice:1" exclude-result-prefixes="n">
  <xsl:template match="subject" mode="subject">
    <xsl:choose>
      <xsl:when test="$chinese">【会签】</xsl:when>
      <xsl:otherwise>[Countersign] </xsl:otherwise>
    </xsl:choose>
    <xsl:value-of select="@zh[$chinese] | @en[not($chinese)]"/>
    <xsl:if test="@about-zh != ''">
      <xsl:choose>
        <xsl:when test="$chinese">：<xsl:value-of select="@about-zh"/></xsl:when>
        <xsl:otherwise>: <xsl:value-of select="@about-en"/></xsl:otherwise>
      </xsl:choose>
    </xsl:if>
    <xsl:if test="@token != ''"> [cs:<xsl:value-of select="@token"/>]</xsl:if>
  </xsl:template>
</xsl:stylesheet>
