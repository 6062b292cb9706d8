<?xml version="1.0" encoding="UTF-8"?>
<!--
  The letter as HTML for mail clients: one column, inline styles, no image, nothing external, nothing to click but mailto:. Colours of text and ground are left
  to the client, so that its dark mode works; where one is set, it reads on light and dark.
-->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:str="http://exslt.org/strings" exclude-result-prefixes="str">

  <xsl:template match="/" mode="html">
    <xsl:param name="subject"/>
    <html>
      <xsl:attribute name="lang"><xsl:choose><xsl:when test="$chinese">zh-CN</xsl:when><xsl:otherwise>en</xsl:otherwise></xsl:choose></xsl:attribute>
      <head>
        <meta charset="utf-8"/>
        <meta name="viewport" content="width=device-width, initial-scale=1"/>
        <meta name="color-scheme" content="light dark"/>
        <title><xsl:value-of select="$subject"/></title>
      </head>
      <body style="margin:0;padding:0">
        <div style="max-width:600px;margin:0 auto;padding:16px;font:16px/1.6 -apple-system,'Segoe UI','PingFang SC','Microsoft YaHei',sans-serif;overflow-wrap:anywhere;word-break:break-word">
          <h1 style="font-size:20px;line-height:1.4;margin:0 0 12px"><xsl:value-of select="subject/@zh[$chinese] | subject/@en[not($chinese)]"/></h1>
          <xsl:apply-templates select="p | section" mode="html">
            <xsl:with-param name="subject" select="$subject"/>
          </xsl:apply-templates>
          <xsl:if test="brief">
            <div style="margin:24px 0 0;padding:12px 0 0;border-top:1px solid #bbb;font-size:14px">
              <xsl:attribute name="lang"><xsl:choose><xsl:when test="$chinese">en</xsl:when><xsl:otherwise>zh-CN</xsl:otherwise></xsl:choose></xsl:attribute>
              <xsl:call-template name="brief"/>
            </div>
          </xsl:if>
          <xsl:if test="foot">
            <div style="margin:16px 0 0;font-size:12px;opacity:.7">
              <xsl:for-each select="foot"><div><xsl:value-of select="@zh[$chinese] | @en[not($chinese)]"/></div></xsl:for-each>
            </div>
          </xsl:if>
        </div>
      </body>
    </html>
  </xsl:template>

  <xsl:template match="p" mode="html">
    <p style="margin:0 0 10px"><xsl:value-of select="@zh[$chinese] | @en[not($chinese)]"/></p>
  </xsl:template>
  <xsl:template match="p[@kind='alert']" mode="html">
    <p style="margin:0 0 10px;padding:8px 12px;border:1px solid #c77700;border-left-width:4px"><xsl:value-of select="@zh[$chinese] | @en[not($chinese)]"/></p>
  </xsl:template>

  <xsl:template match="section" mode="html">
    <xsl:param name="subject"/>
    <h2 style="font-size:16px;line-height:1.4;margin:20px 0 4px;padding-left:8px;border-left:4px solid #2f6fb3"><xsl:value-of select="@zh[$chinese] | @en[not($chinese)]"/></h2>
    <xsl:apply-templates select="p | quote" mode="html"/>
    <xsl:if test="fact | change">
      <table cellpadding="6" style="width:100%;border-collapse:collapse;table-layout:fixed;font-size:15px;white-space:pre-line"><col width="36%"/><xsl:apply-templates select="fact | change" mode="html"/></table>
    </xsl:if>
    <xsl:apply-templates select="item" mode="html"/>
    <xsl:apply-templates select="answer" mode="html"><xsl:with-param name="subject" select="$subject"/></xsl:apply-templates>
  </xsl:template>

  <xsl:template match="fact | change" mode="html">
    <tr style="vertical-align:top;border-bottom:1px solid #bbb">
      <td><xsl:value-of select="@zh[$chinese] | @en[not($chinese)]"/></td>
      <td><xsl:apply-templates mode="html"/></td>
    </tr>
  </xsl:template>
  <xsl:template match="text()" mode="html"><xsl:value-of select="."/></xsl:template>
  <xsl:template match="old" mode="html"><s style="opacity:.7"><xsl:value-of select="."/></s><br/></xsl:template>
  <xsl:template match="new" mode="html">→ <b><xsl:value-of select="."/></b></xsl:template>
  <xsl:template match="secret" mode="html"><span style="font:bold 18px monospace"><xsl:value-of select="."/></span></xsl:template>

  <xsl:template match="item" mode="html">
    <div style="padding:6px;border-bottom:1px solid #bbb;font-size:15px">
      <b><xsl:value-of select="@mark"/></b>&#160; <xsl:value-of select="@zh[$chinese] | @en[not($chinese)]"/>
    </div>
  </xsl:template>

  <xsl:template match="quote" mode="html">
    <div style="padding:4px 12px;border-left:4px solid #999;white-space:pre-line"><xsl:value-of select="."/></div>
  </xsl:template>

  <!-- RFC 6068: everything but unreserved characters is percent-encoded, a line's end as CR LF. -->
  <xsl:template match="answer" mode="html">
    <xsl:param name="subject"/>
    <xsl:variable name="to" select="concat(str:encode-uri(substring-before(@to, '@'), true()), '@', str:encode-uri(substring-after(@to, '@'), true()))"/>
    <xsl:variable name="about" select="str:encode-uri(concat('Re: ', $subject), true())"/>
    <xsl:variable name="body" select="str:replace(str:encode-uri(string(.), true()), '%0A', '%0D%0A')"/>
    <div style="margin:12px 0;padding:12px;border:1px solid #bbb;border-radius:8px">
      <xsl:if test="@to != ''">
        <a href="mailto:{$to}?subject={$about}&amp;body={$body}" style="display:block;padding:10px 16px;border-radius:6px;background:#2f6fb3;color:#fff;text-align:center;text-decoration:none;font-weight:bold"><xsl:value-of select="@zh[$chinese] | @en[not($chinese)]"/></a>
      </xsl:if>
      <xsl:if test="contains(., '&#10;')"><div style="margin-top:8px;white-space:pre-line"><xsl:value-of select="."/></div></xsl:if>
    </div>
  </xsl:template>
</xsl:stylesheet>
