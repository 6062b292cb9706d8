<?xml version="1.0" encoding="UTF-8"?>
<!--
  A notice rendered for people, in one pass: the notice becomes a letter (letter.xsl) out of sentences (sentences.xsl), and the letter is shown three times,
  as subject, as text and as HTML. What is said and in which order is decided once; the three views only show.
-->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:n="urn:countersign:notice:1"
                xmlns:exsl="http://exslt.org/common" exclude-result-prefixes="n exsl">
  <xsl:include href="sentences.xsl"/>
  <xsl:include href="letter.xsl"/>
  <xsl:include href="subject.xsl"/>
  <xsl:include href="text.xsl"/>
  <xsl:include href="html.xsl"/>

  <!-- The one-time secret: given only while a mail is made, never part of the notice. -->
  <xsl:param name="secret"/>
  <xsl:variable name="chinese" select="not(/n:notice/@language = 'en')"/>

  <xsl:template match="/">
    <xsl:variable name="tree"><xsl:apply-templates select="n:notice" mode="letter"/></xsl:variable>
    <xsl:variable name="letter" select="exsl:node-set($tree)"/>
    <xsl:variable name="subject"><xsl:apply-templates select="$letter/subject" mode="subject"/></xsl:variable>
    <rendering>
      <subject><xsl:value-of select="$subject"/></subject>
      <text><xsl:apply-templates select="$letter" mode="text"/></text>
      <xsl:apply-templates select="$letter" mode="html">
        <xsl:with-param name="subject" select="string($subject)"/>
      </xsl:apply-templates>
    </rendering>
  </xsl:template>

  <!-- The summary is in the language the rest is not in. -->
  <xsl:template name="brief">
    <xsl:for-each select="brief">
      <xsl:if test="position() != 1 and $chinese"><xsl:text> </xsl:text></xsl:if>
      <xsl:value-of select="@zh[not($chinese)] | @en[$chinese]"/>
    </xsl:for-each>
  </xsl:template>
</xsl:stylesheet>
