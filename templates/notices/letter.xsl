<?xml version="1.0" encoding="UTF-8"?>
<!--
  The letter: a notice in reading order, still in both languages, free of any layout.

    subject   zh en; about-zh about-en: request and applicant; token
    p         zh en: a paragraph. kind: "alert" stands out
    section   zh en: a heading over the following
      fact    zh en: a label; its text is the value; secret: inside, the one-time secret
      change  zh en: a label; old and new within
      item    zh en: a list's line; mark: what stands before it
      quote   its text is shown as someone else's words
      answer  zh en: what it is called; its text is what to send
    brief     zh en: the summary in the other language
    foot      zh en
-->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:n="urn:countersign:notice:1"
                xmlns:exsl="http://exslt.org/common" exclude-result-prefixes="n exsl">

  <xsl:variable name="closed" select="contains(' rejected withdrawn expired void ', concat(' ', /n:notice/n:request/n:state/@name, ' '))"/>

  <xsl:template match="n:notice" mode="letter">
    <xsl:variable name="tree"><xsl:apply-templates select="." mode="sentences"/></xsl:variable>
    <xsl:variable name="said" select="exsl:node-set($tree)"/>
    <xsl:variable name="bare" select="@code = 'NX'"/>

    <xsl:apply-templates select="n:request" mode="about"><xsl:with-param name="subject" select="$said/subject"/></xsl:apply-templates>
    <xsl:copy-of select="$said/p[1]"/>
    <xsl:apply-templates select="n:problem" mode="letter"/>
    <xsl:copy-of select="$said/p[position() &gt; 1]"/>
    <xsl:if test="not($bare)">
      <xsl:apply-templates select="n:said" mode="letter"/>
      <xsl:apply-templates select="n:login" mode="letter"/>
      <xsl:call-template name="findings"/>
      <!-- N4 says it of every stage before. -->
      <xsl:apply-templates select="n:decision[not(../@code = 'N4')]" mode="letter"/>
      <xsl:call-template name="glance"/>
      <xsl:call-template name="rows"/>
      <xsl:call-template name="materials"><xsl:with-param name="take" select="$said/take"/></xsl:call-template>
      <xsl:if test="not($closed) or n:request/n:submitted"><xsl:call-template name="route"/></xsl:if>
      <xsl:call-template name="reports"/>
      <xsl:apply-templates select="n:item" mode="letter"/>
      <xsl:call-template name="outcomes"/>
      <xsl:call-template name="answers"><xsl:with-param name="how" select="$said/how"/></xsl:call-template>
    </xsl:if>
    <xsl:copy-of select="$said/brief"/>
    <xsl:if test="not($bare)"><xsl:call-template name="foot"/></xsl:if>
  </xsl:template>

  <!-- A name in the subject must not pass for a token: "[" and "]" become their full-width forms. -->
  <xsl:template match="n:request" mode="about">
    <xsl:param name="subject"/>
    <xsl:variable name="name" select="translate(normalize-space(n:applicant), '[]', '［］')"/>
    <xsl:variable name="short">
      <xsl:choose>
        <xsl:when test="string-length($name) &gt; 40"><xsl:value-of select="substring($name, 1, 39)"/>…</xsl:when>
        <xsl:otherwise><xsl:value-of select="$name"/></xsl:otherwise>
      </xsl:choose>
    </xsl:variable>
    <subject zh="{$subject/@zh}" en="{$subject/@en}" about-zh="{normalize-space(concat(@zh, ' ', @id, ' ', $short))}"
             about-en="{normalize-space(concat(@en, ' ', @id, ' ', $short))}" token="{../n:mail/n:token}"/>
  </xsl:template>

  <xsl:template match="n:problem" mode="letter">
    <p kind="alert"><xsl:copy-of select="@*"/></p>
  </xsl:template>
  <!-- Why a request was withdrawn or is void: whoever says it says no more than that. -->
  <xsl:template match="n:notice[@code = 'N7' or @code = 'N6v']/n:problem" mode="letter">
    <p kind="alert" zh="原因：{@zh}" en="Reason: {@en}"/>
  </xsl:template>

  <xsl:template match="n:said" mode="letter">
    <section zh="您的来信" en="What you wrote">
      <quote><xsl:value-of select="."/></quote>
    </section>
  </xsl:template>

  <xsl:template match="n:login" mode="letter">
    <section zh="登录信息" en="How to log in">
      <fact zh="登录名" en="Login name"><xsl:value-of select="."/></fact>
      <xsl:if test="../n:loginDn">
        <fact zh="目录账号" en="Account (DN)"><xsl:value-of select="../n:loginDn"/></fact>
      </xsl:if>
      <xsl:if test="../n:oneTimeSecret">
        <fact zh="一次性密码" en="One-time password"><secret><xsl:value-of select="$secret"/></secret></fact>
        <xsl:if test="../n:expires">
          <fact zh="有效期至" en="Valid until"><xsl:value-of select="../n:expires"/></fact>
        </xsl:if>
        <item mark="1." zh="一次性密码只用于首次登录。登录后须先设置新密码，才能进行其他操作。"
              en="The one-time password is for the first login only. Nothing else is possible until you have set a password of your own."/>
        <item mark="2." zh="修改密码：首次登录时按提示设置新密码；使用目录客户端的，可用 ldappasswd 命令，凭一次性密码设置新密码。"
              en="Set a new one when you are asked to at the first login; with an LDAP client, the command ldappasswd does it, with the one-time password as the old one."/>
        <item mark="3." zh="逾期未修改的，一次性密码失效，请联系管理员重新发放。"
              en="If it is not changed in time it stops working; please ask the operator for another."/>
        <item mark="4." zh="请勿将密码告诉任何人，也不要转发本邮件。工作人员不会向您索要密码。"
              en="Tell it to nobody and do not forward this mail. No official will ever ask you for a password."/>
      </xsl:if>
    </section>
  </xsl:template>

  <xsl:template name="findings">
    <xsl:if test="n:finding[not(@warning)]">
      <section zh="需要更正的问题" en="What to correct">
        <xsl:if test="not(n:finding[not(@warning) and not(@waits)])">
          <xsl:attribute name="zh">暂未受理的原因</xsl:attribute>
          <xsl:attribute name="en">Why it has to wait</xsl:attribute>
        </xsl:if>
        <xsl:apply-templates select="n:finding[not(@warning)]" mode="letter"/>
      </section>
    </xsl:if>
    <xsl:if test="n:finding[@warning]">
      <section zh="请注意" en="Please note">
        <xsl:apply-templates select="n:finding[@warning]" mode="letter"/>
      </section>
    </xsl:if>
  </xsl:template>

  <!-- E-USCC 接收单位代码 toUscc（第14行）：第18位校验码错误 -->
  <xsl:template match="n:finding" mode="letter">
    <xsl:variable name="line-zh"><xsl:if test="@line">（第<xsl:value-of select="@line"/>行）</xsl:if></xsl:variable>
    <xsl:variable name="line-en"><xsl:if test="@line"> (line <xsl:value-of select="@line"/>)</xsl:if></xsl:variable>
    <xsl:choose>
      <xsl:when test="@field">
        <item mark="{@code}" zh="{@labelZh} {@field}{$line-zh}：{@zh}" en="{@labelEn} {@field}{$line-en}: {@en}"/>
      </xsl:when>
      <xsl:otherwise>
        <item mark="{@code}" zh="{@zh}{$line-zh}" en="{@en}{$line-en}"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="n:decision" mode="letter">
    <section zh="审核意见" en="The decision">
      <xsl:if test="@zh and $chinese"><fact zh="审核机关"><xsl:value-of select="$by-zh"/></fact></xsl:if>
      <xsl:if test="@en and not($chinese)"><fact en="Authority"><xsl:value-of select="$by-en"/></fact></xsl:if>
      <xsl:if test="@by"><fact zh="审核人" en="Reviewer"><xsl:value-of select="@by"/></fact></xsl:if>
      <xsl:if test="@at"><fact zh="审核时间" en="Time"><xsl:value-of select="@at"/></fact></xsl:if>
      <xsl:if test="@archive"><fact zh="留档编号" en="Archive number"><xsl:value-of select="@archive"/></fact></xsl:if>
      <xsl:if test="string(.)"><fact zh="原因" en="Reason"><xsl:value-of select="."/></fact></xsl:if>
    </section>
  </xsl:template>

  <xsl:template name="glance">
    <xsl:if test="n:request[@id or @zh]">
      <section zh="申请概要" en="The request">
        <xsl:apply-templates select="n:request" mode="letter"/>
      </section>
    </xsl:if>
  </xsl:template>

  <xsl:template match="n:request" mode="letter">
    <xsl:if test="@id"><fact zh="办理编号" en="Number"><xsl:value-of select="@id"/></fact></xsl:if>
    <xsl:if test="@zh">
      <fact zh="申请事项" en="Request for">
        <xsl:value-of select="@zh[$chinese] | @en[not($chinese)]"/>
        <xsl:if test="@table and $chinese">（<xsl:value-of select="@table"/>）</xsl:if>
      </fact>
    </xsl:if>
    <xsl:if test="n:applicant"><fact zh="申请人" en="Applicant"><xsl:value-of select="n:applicant"/></fact></xsl:if>
    <xsl:if test="n:submitted"><fact zh="提交时间" en="Submitted"><xsl:value-of select="n:submitted"/></fact></xsl:if>
    <!-- A query itself is always done; what is asked about has its own state below. -->
    <xsl:if test="n:state and not(../@code = 'NS')">
      <fact zh="当前状态" en="State">
        <xsl:choose>
          <xsl:when test="n:state/@name = 'done' and not(../n:stage) and $chinese">已办结</xsl:when>
          <xsl:when test="n:state/@name = 'done' and not(../n:stage)">done</xsl:when>
          <xsl:otherwise><xsl:value-of select="n:state/@zh[$chinese] | n:state/@en[not($chinese)]"/></xsl:otherwise>
        </xsl:choose>
      </fact>
    </xsl:if>
    <xsl:if test="../n:expires and not(../n:login)">
      <xsl:choose>
        <xsl:when test="../@code = 'N6r'"><fact zh="补正期限" en="Correct by"><xsl:value-of select="../n:expires"/></fact></xsl:when>
        <xsl:when test="../@code = 'N1D'"><fact zh="确认期限" en="Confirm by"><xsl:value-of select="../n:expires"/></fact></xsl:when>
        <xsl:otherwise><fact zh="办理期限" en="Decide by"><xsl:value-of select="../n:expires"/></fact></xsl:otherwise>
      </xsl:choose>
    </xsl:if>
    <xsl:if test="n:digest"><fact zh="表单摘要" en="Form digest"><xsl:value-of select="substring(n:digest, 1, 16)"/></fact></xsl:if>
  </xsl:template>

  <xsl:template name="rows">
    <xsl:if test="n:row[n:old]">
      <section zh="变更内容" en="What changes">
        <xsl:for-each select="n:row[n:old]">
          <change zh="{@zh}" en="{@en}"><old><xsl:apply-templates select="n:old" mode="letter"/></old><new><xsl:value-of select="n:new"/></new></change>
        </xsl:for-each>
      </section>
    </xsl:if>
    <xsl:if test="n:row[not(n:old)]">
      <section zh="申请内容" en="The form">
        <xsl:for-each select="n:row[not(n:old)]">
          <fact zh="{@zh}" en="{@en}"><xsl:value-of select="n:new"/></fact>
        </xsl:for-each>
      </section>
    </xsl:if>
  </xsl:template>

  <!-- A value that has not been there yet. -->
  <xsl:template match="n:old" mode="letter"><xsl:value-of select="."/></xsl:template>
  <xsl:template match="n:old[not(string(.))]" mode="letter">
    <xsl:choose>
      <xsl:when test="$chinese">（无）</xsl:when>
      <xsl:otherwise>(none)</xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template name="materials">
    <xsl:param name="take"/>
    <xsl:if test="n:material">
      <section zh="书面材料" en="Papers">
        <xsl:copy-of select="$take/@zh | $take/@en"/>
        <xsl:for-each select="n:material">
          <xsl:choose>
            <xsl:when test="@from and ../@code = 'N2b'">
              <item mark="{@code}" zh="{@zh}，由申请人提供" en="{@en}; it comes from the applicant"/>
            </xsl:when>
            <xsl:otherwise><item mark="{@code}" zh="{@zh}" en="{@en}"/></xsl:otherwise>
          </xsl:choose>
        </xsl:for-each>
      </section>
    </xsl:if>
  </xsl:template>

  <xsl:template name="route">
    <xsl:if test="n:stage">
      <section zh="办理环节" en="Stages">
        <xsl:for-each select="n:stage">
          <item mark="{position()}.">
            <xsl:attribute name="zh">
              <xsl:if test="@authorityZh"><xsl:value-of select="concat(@authorityZh, '　')"/></xsl:if>
              <xsl:value-of select="concat(@zh, '：')"/>
              <xsl:choose>
                <xsl:when test="@progress = 'passed'">已通过</xsl:when>
                <xsl:when test="@progress = 'now'">审核中</xsl:when>
                <xsl:when test="@progress = 'rejected'">未通过</xsl:when>
                <xsl:when test="$closed">未办理</xsl:when>
                <xsl:otherwise>待办理</xsl:otherwise>
              </xsl:choose>
              <xsl:if test="@reviewer">，审核人 <xsl:value-of select="@reviewer"/></xsl:if>
              <xsl:if test="@archive">，留档编号 <xsl:value-of select="@archive"/></xsl:if>
              <xsl:if test="@at">，<xsl:value-of select="@at"/></xsl:if>
            </xsl:attribute>
            <xsl:attribute name="en">
              <xsl:if test="@authorityEn"><xsl:value-of select="concat(@authorityEn, ', ')"/></xsl:if>
              <xsl:value-of select="concat(@en, ': ')"/>
              <xsl:choose>
                <xsl:when test="@progress = 'passed'">passed</xsl:when>
                <xsl:when test="@progress = 'now'">under review</xsl:when>
                <xsl:when test="@progress = 'rejected'">not approved</xsl:when>
                <xsl:when test="$closed">not reached</xsl:when>
                <xsl:otherwise>to come</xsl:otherwise>
              </xsl:choose>
              <xsl:if test="@reviewer">, reviewer <xsl:value-of select="@reviewer"/></xsl:if>
              <xsl:if test="@archive">, archive number <xsl:value-of select="@archive"/></xsl:if>
              <xsl:if test="@at">, <xsl:value-of select="@at"/></xsl:if>
            </xsl:attribute>
          </item>
        </xsl:for-each>
      </section>
    </xsl:if>
  </xsl:template>

  <xsl:template name="reports">
    <xsl:for-each select="n:report">
      <section zh="{@request} {@zh}" en="{@request} {@en}">
        <fact zh="当前状态" en="State"><xsl:value-of select="@stateZh[$chinese] | @stateEn[not($chinese)]"/></fact>
        <xsl:if test="@submitted"><fact zh="提交时间" en="Submitted"><xsl:value-of select="@submitted"/></fact></xsl:if>
        <xsl:if test="@received"><fact zh="收到时间" en="Received"><xsl:value-of select="@received"/></fact></xsl:if>
        <xsl:if test="@changed"><fact zh="最近更新" en="Last change"><xsl:value-of select="@changed"/></fact></xsl:if>
      </section>
    </xsl:for-each>
  </xsl:template>

  <!-- 第1项　企业注册 T5-2026-000001 济南测试建设甲有限公司: all that its review mail shows, under one heading. -->
  <xsl:template match="n:item" mode="letter">
    <section zh="{normalize-space(concat('第', @number, '项 ', n:request/@zh, ' ', n:request/@id, ' ', n:request/n:applicant))}"
             en="{normalize-space(concat(@number, ' ', n:request/@en, ' ', n:request/@id, ' ', n:request/n:applicant))}">
      <xsl:for-each select="n:row[n:old]">
        <change zh="{@zh}" en="{@en}"><old><xsl:apply-templates select="n:old" mode="letter"/></old><new><xsl:value-of select="n:new"/></new></change>
      </xsl:for-each>
      <xsl:for-each select="n:row[not(n:old)]">
        <fact zh="{@zh}" en="{@en}"><xsl:value-of select="n:new"/></fact>
      </xsl:for-each>
      <xsl:if test="n:request/n:submitted"><fact zh="提交时间" en="Submitted"><xsl:value-of select="n:request/n:submitted"/></fact></xsl:if>
      <xsl:if test="n:request/n:digest"><fact zh="表单摘要" en="Form digest"><xsl:value-of select="substring(n:request/n:digest, 1, 16)"/></fact></xsl:if>
      <xsl:for-each select="n:stage[@progress='passed']">
        <fact zh="前序审核" en="Stage before">
          <xsl:value-of select="concat(@authorityZh[$chinese], @authorityEn[not($chinese)], ' ', @reviewer, ' ', @at)"/>
          <xsl:if test="@archive">
            <xsl:choose>
              <xsl:when test="$chinese">，留档编号 <xsl:value-of select="@archive"/></xsl:when>
              <xsl:otherwise>, archive number <xsl:value-of select="@archive"/></xsl:otherwise>
            </xsl:choose>
          </xsl:if>
        </fact>
      </xsl:for-each>
      <fact zh="留档编号" en="Archive number">
        <xsl:choose>
          <xsl:when test="n:archiveRequired and $chinese">同意时必填</xsl:when>
          <xsl:when test="n:archiveRequired">required with an approval</xsl:when>
          <xsl:when test="$chinese">不需要</xsl:when>
          <xsl:otherwise>not needed</xsl:otherwise>
        </xsl:choose>
      </fact>
      <xsl:if test="n:rejectionReturns">
        <fact zh="不同意时" en="If rejected">
          <xsl:choose>
            <xsl:when test="$chinese">申请退回申请人补正，补正后从第一级重新审核</xsl:when>
            <xsl:otherwise>it returns to its applicant for correction and is reviewed again from the first stage</xsl:otherwise>
          </xsl:choose>
        </fact>
      </xsl:if>
      <xsl:if test="n:proof">
        <fact zh="回复须有" en="The answer needs">
          <xsl:choose>
            <xsl:when test="n:proof/@by = 'smime' and $chinese">您的证书签名（S/MIME）</xsl:when>
            <xsl:when test="n:proof/@by = 'smime'">a signature by your certificate (S/MIME)</xsl:when>
            <xsl:when test="$chinese">经本单位邮件系统发送（DMARC）</xsl:when>
            <xsl:otherwise>to come by your organisation's own mail system (DMARC)</xsl:otherwise>
          </xsl:choose>
        </fact>
      </xsl:if>
      <xsl:apply-templates select="n:finding" mode="letter"/>
      <xsl:for-each select="n:material"><item mark="{@code}" zh="{@zh}" en="{@en}"/></xsl:for-each>
    </section>
  </xsl:template>

  <xsl:template name="outcomes">
    <xsl:if test="n:outcome">
      <section zh="逐行结果" en="Line by line">
        <xsl:for-each select="n:outcome">
          <fact>
            <xsl:attribute name="zh">
              <xsl:choose>
                <xsl:when test="@numbers = '-'">未写序号</xsl:when>
                <xsl:when test="@numbers = 'all'">全部</xsl:when>
                <xsl:otherwise><xsl:value-of select="concat('第', @numbers, '项')"/></xsl:otherwise>
              </xsl:choose>
              <xsl:if test="@request"><xsl:value-of select="concat(' ', @request)"/></xsl:if>
            </xsl:attribute>
            <xsl:attribute name="en">
              <xsl:choose>
                <xsl:when test="@numbers = '-'">no number</xsl:when>
                <xsl:otherwise><xsl:value-of select="@numbers"/></xsl:otherwise>
              </xsl:choose>
              <xsl:if test="@request"><xsl:value-of select="concat(' ', @request)"/></xsl:if>
            </xsl:attribute>
            <xsl:if test="string(.) and $chinese"><xsl:value-of select="concat('“', ., '”　')"/></xsl:if>
            <xsl:if test="string(.) and not($chinese)"><xsl:value-of select="concat('“', ., '” ')"/></xsl:if>
            <xsl:value-of select="@zh[$chinese] | @en[not($chinese)]"/>
          </fact>
        </xsl:for-each>
      </section>
    </xsl:if>
  </xsl:template>

  <xsl:template name="answers">
    <xsl:param name="how"/>
    <xsl:if test="$how or n:answer">
      <section zh="如何回复" en="How to answer">
        <xsl:if test="$how"><p zh="{$how/@zh}" en="{$how/@en}"/></xsl:if>
        <xsl:for-each select="n:answer"><answer zh="{@zh}" en="{@en}" to="{../n:mail/n:replyTo}"><xsl:value-of select="."/></answer></xsl:for-each>
      </section>
    </xsl:if>
  </xsl:template>

  <xsl:template name="foot">
    <foot zh="本邮件由会签系统自动发出，所列时间均为北京时间。附件 notice.xml 为本通知的机器可读回执。"
          en="Sent automatically by Countersign; all times are Beijing time (UTC+8). The attached notice.xml is this notice as a machine-readable receipt."/>
    <xsl:if test="n:audit">
      <foot zh="审计链：{n:audit}" en="Audit chain: {n:audit}"/>
    </xsl:if>
  </xsl:template>
</xsl:stylesheet>
