<?xml version="1.0" encoding="UTF-8"?>
<!--
  What each notice says, Chinese and English side by side: a table with one row per code. Words in {braces} are filled from the notice; they are defined at the end.

    subject   what the mail is about: its subject and its heading
    p         a paragraph
    take      the heading above the list of materials, where it differs
    how       how to answer, above the ways to answer
    brief     the whole in a few sentences: the summary in the reader's other language; several follow each other

  domain.md 6.5 says when each is sent; R-07: a registration that was only received is never called successful.
-->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:n="urn:countersign:notice:1" exclude-result-prefixes="n">

  <!-- N0: the form has mistakes; nothing was accepted. -->
  <xsl:template match="n:notice[@code='N0']" mode="sentences">
    <xsl:choose>
      <xsl:when test="n:finding[not(@warning) and not(@waits)] or not(n:finding[not(@warning)])">
        <xsl:call-template name="to-correct"/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:call-template name="to-wait"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- Nothing in the form is wrong: another request is in the way. -->
  <xsl:template name="to-wait">
    <subject zh="来信暂未受理，另有申请正在办理" en="Not accepted for now, another request is open"/>
    <p zh="您的来信所填内容没有错误，但所涉人员或企业另有申请正在办理，本次未予受理，所附内容未作保存。"
       en="Nothing in your mail is wrong, but another request on the same person or enterprise is still open. It was not accepted and nothing of it was kept."/>
    <p zh="请待该申请办结或撤回后，将同一份 XML 申请表作为附件重新发来。"
       en="When that request has been closed or withdrawn, send the same XML form again as an attachment."/>
    <brief zh="所涉人员或企业另有申请正在办理，未予受理。待其办结后，请将同一份 XML 申请表重新发来。"
           en="Another request on the same person or enterprise is still open; this one was not accepted. Please send the same XML form again when that one is closed."/>
  </xsl:template>

  <xsl:template name="to-correct">
    <xsl:variable name="errors" select="count(n:finding[not(@warning)])"/>
    <subject zh="来信未予受理，请更正" en="Not accepted, please correct it"/>
    <p zh="您的来信未通过检查，本次未予受理，所附内容未作保存。需要更正的问题共 {$errors} 项，已全部列在下面。"
       en="Your mail did not pass the checks. It was not accepted and nothing of it was kept. All that needs correcting ({$errors}) is listed below."/>
    <xsl:choose>
      <xsl:when test="n:attachment">
        <p zh="附件“{n:attachment[1]/@name}”已预先填入您填写正确的内容，有误的项目已留空并注明原因。请补填后，作为附件重新发来；每封邮件只附一份 XML 申请表。"
           en="The attached “{n:attachment[1]/@name}” already holds what was right; what was wrong is left empty, with the reason beside it. Complete it and send it again as an attachment; one XML form per mail."/>
      </xsl:when>
      <xsl:otherwise>
        <p zh="请更正后重新发来；每封邮件只附一份 XML 申请表。" en="Please correct it and send it again; one XML form per mail."/>
      </xsl:otherwise>
    </xsl:choose>
    <brief zh="您的来信有 {$errors} 项需要更正，未予受理。请更正后，将 XML 申请表作为附件重新发来。"
           en="Your mail was not accepted. Points to correct: {$errors}. Please send the corrected XML form again as an attachment."/>
  </xsl:template>

  <!-- N1D: a draft; its sender confirms it or takes it back. -->
  <xsl:template match="n:notice[@code='N1D']" mode="sentences">
    <subject zh="请确认申请内容" en="Please confirm your request"/>
    <xsl:choose>
      <xsl:when test="$withdraws">
        <p zh="我们收到了您撤回申请的来信，系统读取到的内容如下。您确认之后，原申请即予撤回；确认之前，原申请照常办理。"
           en="We received your wish to withdraw a request. Below is exactly what was understood. Once you confirm, that request is withdrawn; until then it goes on."/>
      </xsl:when>
      <xsl:when test="n:stage">
        <p zh="我们收到了您的{$asked-zh}，系统读取到的内容如下。该申请目前为草稿，尚未提交审核。"
           en="We received your request for {$what-en}. Below is exactly what was understood. It is still a draft and has not been submitted for review."/>
      </xsl:when>
      <xsl:otherwise>
        <p zh="我们收到了您的{$asked-zh}，系统读取到的内容如下。该申请目前为草稿，尚未生效；您确认之后即予办理，无需审核。"
           en="We received your request for {$what-en}. Below is exactly what was understood. It is still a draft and nothing has changed yet; once you confirm it is carried out without a review."/>
      </xsl:otherwise>
    </xsl:choose>
    <xsl:if test="n:expires">
      <p zh="请于 {n:expires} 前确认；逾期未确认的，草稿自动失效，需重新发送申请表。"
         en="Please confirm by {n:expires}. A draft that is not confirmed by then lapses, and the form has to be sent again."/>
    </xsl:if>
    <xsl:choose>
      <xsl:when test="$withdraws">
        <how zh="确定撤回的，请直接回复本邮件，正文第一行写“确认”；不再撤回的，写“取消”，原申请照常办理。如果您没有要求撤回，请回复“取消”或者不予理会。"
             en="To withdraw it, reply to this mail with CONFIRM on the first line; to let it go on, reply CANCEL. If you did not ask for this, reply CANCEL or ignore this mail."/>
        <brief zh="您要求撤回申请。确定撤回的，请回复本邮件，正文第一行写“确认”；不再撤回的，写“取消”。"
               en="You asked to withdraw a request. To withdraw it, reply to this mail with CONFIRM on the first line; to let it go on, reply CANCEL."/>
      </xsl:when>
      <xsl:when test="n:row[starts-with(@name, 'choice[')]">
        <how zh="请从上面所列证书中选择，然后直接回复本邮件，正文第一行写遗失证书的序号，例如“1,3”“2-4”或“全部”；放弃申请的，写“取消”。只写“确认”不能提交。"
             en="Choose from the certificates listed above, then reply to this mail with the numbers of the lost ones on the first line, such as 1,3 or 2-4 or ALL; or with CANCEL. CONFIRM alone does not submit it."/>
        <brief zh="这是您{$asked-zh}的草稿，尚未提交审核。请回复本邮件，正文第一行写所列证书中遗失证书的序号，例如“1,3”“2-4”或“全部”；放弃的，写“取消”。"
               en="This is the draft of your request for {$what-en}; it has not been submitted yet. To submit it, reply to this mail with the numbers of the lost certificates in the list on the first line, such as 1,3 or 2-4 or ALL; to drop it, reply CANCEL."/>
      </xsl:when>
      <xsl:otherwise>
        <how zh="请逐项核对，然后直接回复本邮件，正文第一行写“确认”或者“取消”。内容有误的，请先取消，更正申请表后重新发送。如果您没有发送过这份申请，请回复“取消”或者不予理会。"
             en="Check every line, then reply to this mail with CONFIRM or CANCEL on the first line. If something is wrong, cancel it, correct the form and send it again. If you did not send this form, reply CANCEL or ignore this mail."/>
        <xsl:choose>
          <xsl:when test="n:stage">
            <brief zh="这是您{$asked-zh}的草稿，尚未提交审核。核对无误的，请回复本邮件，正文第一行写“确认”；放弃的，写“取消”。"
                   en="This is the draft of your request for {$what-en}; it has not been submitted yet. To submit it, reply to this mail with CONFIRM on the first line; to drop it, reply CANCEL."/>
          </xsl:when>
          <xsl:otherwise>
            <brief zh="这是您{$asked-zh}的草稿，尚未生效。核对无误的，请回复本邮件，正文第一行写“确认”；放弃的，写“取消”。"
                   en="This is the draft of your request for {$what-en}; nothing has changed yet. To have it carried out, reply to this mail with CONFIRM on the first line; to drop it, reply CANCEL."/>
          </xsl:otherwise>
        </xsl:choose>
      </xsl:otherwise>
    </xsl:choose>
    <xsl:if test="n:expires"><brief zh="确认期限：{n:expires}。" en="It lapses at {n:expires}."/></xsl:if>
  </xsl:template>

  <!-- N1: submitted; waits for review. -->
  <xsl:template match="n:notice[@code='N1']" mode="sentences">
    <subject zh="申请已提交，待审核" en="Submitted, waiting for review"/>
    <p zh="您的{$asked-zh}已提交，待审核。办理编号为 {$id}，查询、撤回申请或者联系主管部门时请提供此编号。"
       en="Your request for {$what-en} has been submitted and waits for review. Its number is {$id}; please quote it when you ask about it, withdraw it or contact the authority."/>
    <xsl:if test="$registers">
      <p zh="审核通过之前，账号尚未开通，不能登录。审核结果将发送到本邮箱。"
         en="Until it is approved there is no account and you cannot log in. The result will be sent to this address."/>
    </xsl:if>
    <xsl:choose>
      <xsl:when test="$to-receiver">
        <p zh="书面材料由接收企业“{$receiver}”统一送交{$here-zh}核验、留档，您无需自行送交。请将下列由您提供的材料交给该企业。"
           en="The receiving enterprise, {$receiver}, hands in all papers at {$here-en}; you do not hand them in yourself. Please give it the papers listed below, which come from you."/>
        <take zh="请交给接收企业的书面材料" en="Papers to give to the receiving enterprise"/>
      </xsl:when>
      <xsl:when test="n:material">
        <p zh="请将下列书面材料送交{$here-zh}，以便审核。" en="Please hand in the papers listed below at {$here-en}, which needs them for its review."/>
        <take zh="请送交{$here-zh}的书面材料" en="Papers to hand in at {$here-en}"/>
      </xsl:when>
    </xsl:choose>
    <brief zh="您的{$asked-zh}（{$id}）已提交，待审核。" en="Your request for {$what-en} ({$id}) has been submitted and waits for review."/>
    <xsl:choose>
      <xsl:when test="$to-receiver">
        <brief zh="请将所列书面材料交给接收企业“{$receiver}”，由其统一送交{$here-zh}。"
               en="Please give the listed papers to the receiving enterprise, {$receiver}, which hands in all papers at {$here-en}."/>
      </xsl:when>
      <xsl:when test="n:material"><brief zh="请将所列书面材料送交{$here-zh}。" en="Please hand in the listed papers at {$here-en}."/></xsl:when>
    </xsl:choose>
    <brief zh="本邮件无需回复。" en="No reply is needed."/>
  </xsl:template>

  <!-- N2: a reviewer of the first stage is asked to decide. -->
  <xsl:template match="n:notice[@code='N2']" mode="sentences">
    <subject zh="请审核" en="Please review"/>
    <p zh="{$who}提交了{$asked-zh}，现由{$here-zh}审核。请核对以下内容和书面材料，直接回复本邮件作出决定。"
       en="{$who} submitted a request for {$what-en}, which {$here-en} is to decide. Please compare what follows with the papers and decide by replying to this mail."/>
    <xsl:call-template name="how-to-decide"/>
  </xsl:template>

  <!-- N2b: the receiving enterprise brings the papers. -->
  <xsl:template match="n:notice[@code='N2b']" mode="sentences">
    <subject zh="请备齐并送交书面材料" en="Please hand in the papers"/>
    <p zh="{$who}提交了{$asked-zh}，申请将持证人转入贵单位。请贵单位备齐下列书面材料，统一送交{$here-zh}核验、留档；注明由申请人提供的，请向申请人索取。"
       en="{$who} submitted a request for {$what-en} that moves a certificate holder to your enterprise. Please hand in all papers listed below at {$here-en}, which checks and archives them; ask the applicant for those that come from it."/>
    <p zh="本申请与贵单位无关的，请联系{$here-zh}。" en="If this does not concern you, please tell {$here-en}."/>
    <take zh="请送交{$here-zh}的书面材料" en="Papers to hand in at {$here-en}"/>
    <brief zh="{$who}申请将持证人转入贵单位。请将所列材料送交{$here-zh}。本邮件无需回复。"
           en="{$who} asks to move a certificate holder to your enterprise. Please take the listed papers to {$here-en}. No reply is needed."/>
  </xsl:template>

  <!-- N3: one stage passed, the next begins. -->
  <xsl:template match="n:notice[@code='N3']" mode="sentences">
    <subject zh="已通过一级审核" en="One stage has been passed"/>
    <p zh="您的{$asked-zh}（办理编号 {$id}）已由{$by-zh}审核通过，现转{$here-zh}审核。"
       en="Your request for {$what-en} ({$id}) has been passed by {$by-en} and now goes to {$here-en}."/>
    <xsl:if test="n:request/n:state/@name = 'inCityReview'">
      <p zh="请及时联系{$here-zh}办理后续审核；该环节审核通过后，变更即告完成。"
         en="Please contact {$here-en} about the next stage; its approval completes the change."/>
    </xsl:if>
    <brief zh="您的{$asked-zh}（办理编号 {$id}）已由{$by-zh}审核通过，现转{$here-zh}审核。"
           en="Your request for {$what-en} ({$id}) has been passed by {$by-en} and now goes to {$here-en}."/>
    <xsl:if test="n:request/n:state/@name = 'inCityReview'"><brief zh="请及时联系{$here-zh}。" en="Please contact {$here-en}."/></xsl:if>
    <brief zh="本邮件无需回复。" en="No reply is needed."/>
  </xsl:template>

  <!-- N4: a reviewer of a later stage is asked to decide. -->
  <xsl:template match="n:notice[@code='N4']" mode="sentences">
    <subject zh="请审核" en="Please review"/>
    <p zh="{$who}提交了{$asked-zh}，前序审核已通过，现由{$here-zh}审核。请核对以下内容，直接回复本邮件作出决定。"
       en="{$who} submitted a request for {$what-en}. It has passed the stage before; {$here-en} is to decide now. Please check what follows and decide by replying to this mail."/>
    <xsl:for-each select="n:stage[@progress='passed'][last()]">
      <p zh="前序审核：{@authorityZh}已审核通过，审核人 {@reviewer}，{@at}。" en="Stage before: {@en}, {@authorityEn}, passed by {@reviewer}, {@at}."/>
      <xsl:if test="@archive"><p zh="书面材料留档编号：{@archive}。" en="The papers are archived under {@archive}."/></xsl:if>
    </xsl:for-each>
    <xsl:call-template name="how-to-decide"/>
  </xsl:template>

  <!-- N5: approved and in effect. -->
  <xsl:template match="n:notice[@code='N5']" mode="sentences">
    <xsl:choose>
      <xsl:when test="n:login">
        <subject zh="审批通过，账号已开通" en="Approved, the account is active"/>
        <p zh="您的{$asked-zh}（办理编号 {$id}）已审批通过，账号已开通，可以登录。"
           en="Your request for {$what-en} ({$id}) has been approved. The account is active and you can log in."/>
        <brief zh="您的{$asked-zh}（办理编号 {$id}）已审批通过，账号已开通，登录名为 {n:login}。首次登录须修改一次性密码。本邮件无需回复。"
               en="Your request for {$what-en} ({$id}) has been approved. Your login name is {n:login}. The one-time password must be changed at the first login. No reply is needed."/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:choose>
          <xsl:when test="n:stage">
            <subject zh="审批通过" en="Approved and in effect"/>
            <p zh="{$asked-zh}（办理编号 {$id}）已审批通过，现已生效。" en="The request for {$what-en} ({$id}) has been approved and is in effect."/>
            <brief zh="{$asked-zh}（办理编号 {$id}）已审批通过，现已生效。"
                   en="The request for {$what-en} ({$id}) has been approved and is in effect."/>
          </xsl:when>
          <xsl:otherwise>
            <subject zh="已办理，现已生效" en="Done and in effect"/>
            <p zh="{$asked-zh}（办理编号 {$id}）已办理完毕，现已生效。" en="The request for {$what-en} ({$id}) has been carried out and is in effect."/>
            <brief zh="{$asked-zh}（办理编号 {$id}）已办理完毕，现已生效。"
                   en="The request for {$what-en} ({$id}) has been carried out and is in effect."/>
          </xsl:otherwise>
        </xsl:choose>
        <xsl:for-each select="n:consequence"><p zh="{@zh}" en="{@en}"/><brief zh="{@zh}" en="{@en}"/></xsl:for-each>
        <xsl:choose>
          <xsl:when test="n:mail/n:replyTo"><brief zh="{n:problem/@zh}" en="{n:problem/@en}"/><xsl:call-template name="how-to-prove"/></xsl:when>
          <xsl:otherwise><brief zh="本邮件无需回复。" en="No reply is needed."/></xsl:otherwise>
        </xsl:choose>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- N6: rejected. -->
  <xsl:template match="n:notice[@code='N6']" mode="sentences">
    <subject zh="审批不通过" en="Not approved"/>
    <p zh="{$asked-zh}（办理编号 {$id}）经{$by-zh}审核，未获通过，本次办理结束。"
       en="The request for {$what-en} ({$id}) was not approved by {$by-en}. It is closed."/>
    <xsl:call-template name="how-to-refile"/>
    <brief zh="{$asked-zh}（办理编号 {$id}）未获通过，原因见上。更正后可以重新申请。本邮件无需回复。"
           en="The request for {$what-en} ({$id}) was not approved; the reason stands above. A corrected request may be filed again. No reply is needed."/>
  </xsl:template>

  <!-- N6r: returned to its applicant, who answers; others hear of it. -->
  <xsl:template match="n:notice[@code='N6r']" mode="sentences">
    <subject zh="申请退回补正" en="Returned for correction"/>
    <p zh="{$asked-zh}（办理编号 {$id}）经{$by-zh}审核，退回申请人补正，原因见下。申请尚未办结。"
       en="The request for {$what-en} ({$id}) was returned to its applicant by {$by-en}; the reason stands below. It is not closed."/>
    <xsl:choose>
      <xsl:when test="n:mail/n:replyTo">
        <p zh="请于 {n:expires} 前补正；逾期未补正的，申请自动失效。审核和留档从第一级重新开始。"
           en="Please put it right by {n:expires}; after that the request lapses. Review and archiving start again from the first stage."/>
        <how zh="申请表无需改动、只是补齐书面材料的，请直接回复本邮件，正文第一行写“确认”，即按原申请表重新提交。申请表需要改动的，请将更正后的 XML 申请表作为附件回复本邮件，并在“前次申请编号”一栏填写 {$id}。放弃申请的，第一行写“取消”。"
             en="If the form stays as it is and only papers were missing, reply to this mail with CONFIRM on the first line: the same form is submitted again. If the form has to change, reply to this mail with the corrected XML form attached, with {$id} as its previous request (previousRequestId). To drop the request, reply with CANCEL on the first line."/>
        <brief zh="{$asked-zh}（办理编号 {$id}）已退回补正，原因见上。只需补齐材料的，回复“确认”重新提交；需改动申请表的，将更正后的申请表作为附件回复本邮件；放弃的，回复“取消”。期限：{n:expires}。"
               en="Your request for {$what-en} ({$id}) was returned; the reason stands above. Reply CONFIRM to submit it again as it is, reply with the corrected form attached, or reply CANCEL to drop it. It lapses at {n:expires}."/>
      </xsl:when>
      <xsl:otherwise>
        <brief zh="{$asked-zh}（办理编号 {$id}）已退回申请人补正，补正后从第一级重新审核。本邮件无需回复。"
               en="The request for {$what-en} ({$id}) was returned to its applicant; once put right it is reviewed again from the first stage. No reply is needed."/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- N6x: a draft or a request has expired. -->
  <xsl:template match="n:notice[@code='N6x']" mode="sentences">
    <xsl:choose>
      <xsl:when test="n:request/n:submitted">
        <subject zh="申请已过期" en="The request has expired"/>
        <p zh="{$asked-zh}（办理编号 {$id}）已过期，本次办理结束。" en="The request for {$what-en} ({$id}) has expired and is closed."/>
        <xsl:call-template name="how-to-refile"/>
        <brief zh="{$asked-zh}（办理编号 {$id}）已过期，可以重新申请。本邮件无需回复。"
               en="The request for {$what-en} ({$id}) has expired. It may be filed again. No reply is needed."/>
      </xsl:when>
      <xsl:otherwise>
        <subject zh="申请草稿已失效" en="The draft has lapsed"/>
        <p zh="您的{$asked-zh}（办理编号 {$id}）的草稿已失效，不再办理。"
           en="The draft of your request for {$what-en} ({$id}) has lapsed and goes no further."/>
        <p zh="仍需办理的，请重新发送申请表。" en="If you still want it, please send the form again."/>
        <brief zh="您的{$asked-zh}未经确认，草稿已失效。仍需办理的，请重新发送申请表。"
               en="Your request for {$what-en} was not confirmed in time; the draft has lapsed. If you still want it, please send the form again."/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- N6v: void, because what it was about is no longer as it was. -->
  <xsl:template match="n:notice[@code='N6v']" mode="sentences">
    <subject zh="申请已作废" en="The request is void"/>
    <p zh="{$asked-zh}（办理编号 {$id}）所依据的登记信息已发生变化，无法继续办理，现予作废。"
       en="The records on which the request for {$what-en} ({$id}) rests have changed. It cannot go on and is void."/>
    <xsl:call-template name="how-to-refile"/>
    <brief zh="{$asked-zh}（办理编号 {$id}）已作废。请核对登记信息，如仍需办理，可以重新申请。本邮件无需回复。"
           en="The request for {$what-en} ({$id}) is void because the records have changed. It may be filed again. No reply is needed."/>
  </xsl:template>

  <!-- N7: withdrawn. -->
  <xsl:template match="n:notice[@code='N7']" mode="sentences">
    <xsl:choose>
      <xsl:when test="n:request/n:submitted">
        <subject zh="申请已撤回" en="The request has been withdrawn"/>
        <p zh="{$asked-zh}（办理编号 {$id}）已由申请人撤回，不再办理。" en="The request for {$what-en} ({$id}) has been withdrawn by its applicant and goes no further."/>
        <p zh="此前发出的审核邮件同时失效，审核人员无需再作回复；尚未送交的书面材料，无需再送交。"
           en="Review mails about it are no longer valid and need no answer; papers that have not been handed in are no longer needed."/>
        <brief zh="{$asked-zh}（办理编号 {$id}）已由申请人撤回。本邮件无需回复。"
               en="The request for {$what-en} ({$id}) has been withdrawn by its applicant. No reply is needed."/>
      </xsl:when>
      <xsl:otherwise>
        <subject zh="申请草稿已取消" en="The draft has been dropped"/>
        <p zh="您的{$asked-zh}（办理编号 {$id}）的草稿已取消，不再办理。" en="The draft of your request for {$what-en} ({$id}) has been dropped and goes no further."/>
        <xsl:if test="not(n:problem)"><p zh="仍需办理的，请重新发送申请表。" en="If you still want it, please send the form again."/></xsl:if>
        <brief zh="您的{$asked-zh}（办理编号 {$id}）的草稿已取消。本邮件无需回复。"
               en="The draft of your request for {$what-en} ({$id}) has been dropped. No reply is needed."/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- N8: a reminder to decide. -->
  <xsl:template match="n:notice[@code='N8']" mode="sentences">
    <subject zh="催办，请尽快审核" en="Reminder, please review"/>
    <p zh="{$who}提交的{$asked-zh}仍在等待{$here-zh}审核，请尽快办理。未收到明确答复前，申请不会自动通过。"
       en="A request for {$what-en} by {$who} still waits for {$here-en}. Please decide soon: no request passes by itself."/>
    <xsl:call-template name="how-to-decide"/>
  </xsl:template>

  <!-- N9: a reply that could not be used. -->
  <xsl:template match="n:notice[@code='N9']" mode="sentences">
    <subject zh="您的回复未能受理" en="Your reply could not be used"/>
    <p zh="您的回复未能受理，申请的状态没有变化。" en="Your reply could not be used. Nothing has changed."/>
    <xsl:if test="n:answer">
      <how zh="请直接回复本邮件，在正文第一行重新写明，其余内容另起一行。"
           en="Please reply to this mail and say it again on the first line, the rest on lines of its own."/>
    </xsl:if>
    <brief zh="您的回复未能受理：{n:problem/@zh}" en="Your reply could not be used: {n:problem/@en}"/>
  </xsl:template>

  <!-- NH: a decision is recorded and may be taken back; or what has become of it. -->
  <xsl:template match="n:notice[@code='NH']" mode="sentences">
    <subject zh="您的审核决定" en="Your decision"/>
    <p zh="您对{$asked-zh}（办理编号 {$id}）的审核决定：" en="Your decision on the request for {$what-en} ({$id}):"/>
    <xsl:if test="n:answer">
      <how zh="决定无误的，无需回复，到时自动生效。需要更改的，请在此之前回复本邮件，正文只写“撤回”，申请即恢复待审核。"
           en="If it is as you meant it, no reply is needed: it takes effect at that time. To change it, reply before then with 撤回 (or UNDO) alone; the request then waits for a decision again."/>
    </xsl:if>
    <brief zh="{n:problem/@zh}" en="{n:problem/@en}"/>
    <xsl:if test="n:answer"><xsl:call-template name="how-to-prove"/></xsl:if>
  </xsl:template>

  <!-- N1m, N3a, N3w, N5p, ND: one piece of news about a request, said by its sender. -->
  <xsl:template match="n:notice[@code='N1m' or @code='N3a' or @code='N3w' or @code='N5p' or @code='ND']" mode="sentences">
    <xsl:choose>
      <xsl:when test="@code='ND'"><subject zh="审核任务已转办" en="The task was handed on"/></xsl:when>
      <xsl:when test="@code='N1m'"><subject zh="联系邮箱即将变更" en="Your mail address is about to change"/></xsl:when>
      <xsl:when test="@code='N3a'"><subject zh="审核人员暂时不在" en="A reviewer is away"/></xsl:when>
      <xsl:when test="@code='N3w'"><subject zh="审核暂不能继续" en="The review has to wait"/></xsl:when>
      <xsl:otherwise><subject zh="新证书可以打印" en="The new certificate can be printed"/></xsl:otherwise>
    </xsl:choose>
    <p zh="关于{$asked-zh}（办理编号 {$id}）：" en="About the request for {$what-en} ({$id}):"/>
    <brief zh="{$asked-zh}（办理编号 {$id}）：{n:problem/@zh}本邮件无需回复。" en="The request for {$what-en} ({$id}): {n:problem/@en} No reply is needed."/>
  </xsl:template>

  <!-- N10: another authority decides from now on. -->
  <xsl:template match="n:notice[@code='N10']" mode="sentences">
    <xsl:choose>
      <xsl:when test="n:stage">
        <subject zh="申请已转由其他主管部门审核" en="Another authority decides now"/>
        <p zh="{$asked-zh}（办理编号 {$id}）现转由{$here-zh}审核。此前发出的审核邮件同时失效，审核人员无需再作回复；尚未送交的书面材料，请改送{$here-zh}。"
           en="The request for {$what-en} ({$id}) is now decided by {$here-en}. Review mails sent about it before are no longer valid and need no answer; papers that have not been handed in go to {$here-en}."/>
        <brief zh="{$asked-zh}（办理编号 {$id}）现转由{$here-zh}审核。本邮件无需回复。"
               en="The request for {$what-en} ({$id}) is now decided by {$here-en}. No reply is needed."/>
      </xsl:when>
      <xsl:otherwise>
        <subject zh="所属地市已变更" en="Moved to another city"/>
        <p zh="{$who}已通过“{$what-zh}”（办理编号 {$id}）直接变更所属地市，特此告知。"
           en="{$who} has moved to another city by {$what-en} ({$id}). This is for your information."/>
        <brief zh="{$who}：{n:problem/@zh}本邮件无需回复。" en="{$who}: {n:problem/@en} No reply is needed."/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- N11: the operator is needed. -->
  <xsl:template match="n:notice[@code='N11']" mode="sentences">
    <subject zh="需要管理员处理" en="The operator is needed"/>
    <p zh="系统在办理中遇到下列情况，需要管理员处理。" en="Something needs the operator."/>
    <brief zh="需要管理员处理：{n:problem/@zh}" en="The operator is needed: {n:problem/@en}"/>
  </xsl:template>

  <!-- NL: the daily list of what waits for one reviewer; decided by lines that begin with numbers. -->
  <xsl:template match="n:notice[@code='NL']" mode="sentences">
    <xsl:variable name="count" select="count(n:item)"/>
    <subject zh="待审核清单，共 {$count} 项" en="Waiting for your review: {$count}"/>
    <p zh="下列 {$count} 项申请正等待您审核，内容与各自的审核邮件相同。可以直接回复本邮件，一次决定多项；也可以照旧逐封回复审核邮件。"
       en="The {$count} requests below wait for your review; they say what their own review mails say. You may decide several at once by replying to this mail, or answer each review mail as before."/>
    <how zh="请直接回复本邮件，每行以序号开头，例如“1-4 同意 留档编号：……”“5 不同意 原因：……”“1、3、6 同意”。需要留档编号的，同意时必须写明，几项可以共用一个；不同意的必须写明原因。没有写到的序号保持待审核。只要有一行未能识别，就一项也不办理，并逐行告知。序号只对本邮件有效，下一份清单发出后失效。"
         en="Reply to this mail with lines that begin with a number: 1-4 APPROVE ARCHIVE: ..., 5 REJECT REASON: ..., 1, 3, 6 APPROVE. Where an archive number is required an approval names it, and several requests may share one; a rejection names its reason. Numbers you do not name stay open. If one line is not understood nothing is done at all, and you are told line by line. The numbers belong to this mail only, until the next list replaces it."/>
    <brief zh="共 {$count} 项申请待您审核。请回复本邮件，每行以序号开头：“1-4 同意 留档编号：……”“5 不同意 原因：……”。"
           en="{$count} requests wait for your review. Reply with lines that begin with a number: 1-4 APPROVE ARCHIVE: ..., 5 REJECT REASON: ..."/>
  </xsl:template>

  <!-- NR: what became of each line of an answer to that list. -->
  <xsl:template match="n:notice[@code='NR']" mode="sentences">
    <xsl:variable name="done" select="count(n:outcome[@done='true'])"/>
    <xsl:choose>
      <xsl:when test="n:problem">
        <subject zh="您的回复未能受理" en="Your reply could not be used"/>
        <p zh="您对待审核清单的回复未能受理，一项也没有办理。" en="Your answer to the list could not be used. Nothing has been decided."/>
        <xsl:if test="n:answer">
          <how zh="请直接回复本邮件，按清单的序号重新逐行写明。" en="Please reply to this mail and say it again, line by line, by the numbers of the list."/>
        </xsl:if>
        <brief zh="您的回复未能受理，一项也没有办理：{n:problem/@zh}" en="Your reply could not be used and nothing has been decided: {n:problem/@en}"/>
      </xsl:when>
      <xsl:otherwise>
        <subject zh="回执：已办理 {$done} 项" en="Receipt: {$done} decided"/>
        <p zh="您对待审核清单的回复已经收到，逐行结果如下。没有写到的序号仍待审核。" en="Your answer to the list was received; this became of each line. Numbers you did not name still wait."/>
        <brief zh="您的回复中有 {$done} 项已办理，逐行结果见上。" en="{$done} of the requests in your answer were decided; each line's outcome stands above."/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- NS: the applicant's own requests. -->
  <xsl:template match="n:notice[@code='NS']" mode="sentences">
    <subject zh="申请状态查询结果" en="State of your requests"/>
    <xsl:choose>
      <xsl:when test="n:report">
        <p zh="您查询的申请状态如下。" en="This is the state of your requests."/>
        <brief zh="您查询的申请共 {count(n:report)} 件，状态如上。本邮件无需回复。" en="Your requests and their state are listed above ({count(n:report)} in all). No reply is needed."/>
      </xsl:when>
      <xsl:otherwise>
        <p zh="没有查询到您的申请。" en="No request of yours was found."/>
        <brief zh="没有查询到您的申请。" en="No request of yours was found."/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- NX: one neutral line and nothing else. -->
  <xsl:template match="n:notice[@code='NX']" mode="sentences">
    <subject zh="关于您的来信" en="About your mail"/>
    <xsl:if test="not(n:problem)">
      <p zh="来信收悉，但无法办理。" en="Your mail was received but cannot be processed."/>
    </xsl:if>
    <brief zh="{n:problem/@zh}" en="{n:problem/@en}"/>
  </xsl:template>

  <!-- What several notices share. -->
  <xsl:template name="how-to-decide">
    <xsl:if test="n:problem"><brief zh="{n:problem/@zh}" en="{n:problem/@en}"/></xsl:if>
    <xsl:if test="n:rejectionReturns">
      <p zh="不同意的，申请退回申请人补正，补正后从第一级重新审核。"
         en="A rejection returns the request to its applicant for correction; it is then reviewed again from the first stage."/>
    </xsl:if>
    <take zh="须核验的书面材料" en="Papers to check"/>
    <xsl:choose>
      <xsl:when test="n:archiveRequired">
        <how zh="请直接回复本邮件，正文第一行只写“同意”或者“不同意”。同意的，另起一行写“留档编号：”和书面材料的留档编号；不同意的，另起一行写“原因：”和理由；同意而无留档编号、不同意而无原因的，不予受理。由同一主管部门的同事代为审核的，第一行只写“转办：”和其姓名或者邮箱。"
             en="Reply to this mail with 同意 (approve) or 不同意 (reject) alone on the first line; APPROVE and REJECT will do as well. With an approval, add a line 留档编号: (or ARCHIVE:) with the number under which you archived the papers; with a rejection, a line 原因: (or REASON:) with the reason. An approval without the number or a rejection without a reason is not taken. To have a colleague of your authority decide instead, write 转办 (or DELEGATE) and their name or mail address alone on the first line."/>
        <brief zh="{$who}的{$asked-zh}（办理编号 {$id}）待您审核。请回复本邮件：同意的，第一行写“同意”，第二行写“留档编号：……”；不同意的，第一行写“不同意”，第二行写“原因：……”。"
               en="A request for {$what-en} ({$id}) by {$who} waits for your decision. Reply with APPROVE on the first line and ARCHIVE: number on the second, or REJECT and REASON: text."/>
      </xsl:when>
      <xsl:otherwise>
        <how zh="请直接回复本邮件，正文第一行只写“同意”或者“不同意”。不同意的，另起一行写“原因：”和理由，理由为必填。由同一主管部门的同事代为审核的，第一行只写“转办：”和其姓名或者邮箱。"
             en="Reply to this mail with 同意 (approve) or 不同意 (reject) alone on the first line; APPROVE and REJECT will do as well. With a rejection, add a line 原因: (or REASON:) with the reason, which is required. To have a colleague of your authority decide instead, write 转办 (or DELEGATE) and their name or mail address alone on the first line."/>
        <brief zh="{$who}的{$asked-zh}（办理编号 {$id}）待您审核。请回复本邮件：同意的，第一行写“同意”；不同意的，第一行写“不同意”，第二行写“原因：……”。"
               en="A request for {$what-en} ({$id}) by {$who} waits for your decision. Reply with APPROVE on the first line, or REJECT on the first and REASON: text on the second."/>
      </xsl:otherwise>
    </xsl:choose>
    <xsl:call-template name="how-to-prove"/>
  </xsl:template>

  <!-- What an answer has to prove besides its address. -->
  <xsl:template name="how-to-prove">
    <xsl:choose>
      <xsl:when test="n:proof/@by = 'smime'">
        <p zh="回复须用目录中登记的您的证书签名（S/MIME），不要加密；没有签名的回复不予受理。"
           en="Your answer has to be signed (S/MIME) by the certificate that the directory has for you, and not encrypted; without a signature it is not taken."/>
        <brief zh="回复须用您的证书签名（S/MIME）。" en="The answer has to be signed (S/MIME) by your certificate."/>
      </xsl:when>
      <xsl:when test="n:proof">
        <p zh="回复须从目录中登记的您的邮箱、经本单位的邮件系统发送；来源未能证实（DMARC）的回复不予受理。"
           en="Your answer has to come from the address that the directory has for you, by your organisation's own mail system; one whose origin is not proved (DMARC) is not taken."/>
        <brief zh="回复须经本单位的邮件系统发送（DMARC）。" en="The answer has to come by your organisation's own mail system (DMARC)."/>
      </xsl:when>
    </xsl:choose>
  </xsl:template>

  <xsl:template name="how-to-refile">
    <xsl:choose>
      <!-- Somebody has what it asked for: nothing is free. -->
      <xsl:when test="$registers and @code='N6v'">
        <p zh="仍需注册的，申请人可以按上述原因更正后重新申请；重新申请的，须重新审核。"
           en="If it is still wanted, the applicant may correct what the reason says and send the registration again. It is reviewed from the beginning."/>
      </xsl:when>
      <xsl:when test="$registers">
        <p zh="更正后可以重新申请注册，原登录名和证件号码可以继续使用；重新申请的，须重新审核。"
           en="A corrected registration may be sent again; the login name and the numbers in it are free. It is reviewed from the beginning."/>
      </xsl:when>
      <xsl:otherwise>
        <p zh="如仍需办理，申请人可以更正后重新申请，并在申请表“前次申请编号”一栏填写 {$id}；重新申请的，须重新审核，书面材料须重新留档。"
           en="If it is still wanted, the applicant may correct it and file it again, with {$id} as the form's previous request (previousRequestId). Review and archiving start again."/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- What stands in the braces. -->
  <xsl:variable name="id" select="string(/n:notice/n:request/@id)"/>
  <xsl:variable name="what-zh" select="string(/n:notice/n:request/@zh)"/>
  <xsl:variable name="what-en" select="string(/n:notice/n:request/@en)"/>
  <!-- “企业注册”申请; what is called 申请 already is not called so twice. -->
  <xsl:variable name="asked-zh">
    <xsl:value-of select="concat('“', $what-zh, '”')"/>
    <xsl:if test="substring($what-zh, string-length($what-zh) - 1) != '申请'">申请</xsl:if>
  </xsl:variable>
  <xsl:variable name="who" select="string(/n:notice/n:request/n:applicant)"/>
  <xsl:variable name="to-receiver" select="/n:notice/n:material/@from = 'applicant'"/>
  <xsl:variable name="receiver" select="string(/n:notice/n:row[@name='toEnterpriseName']/n:new)"/>
  <xsl:variable name="withdraws" select="/n:notice/n:request[@procedure='P5']"/>
  <xsl:variable name="registers" select="/n:notice/n:request[@procedure='T5' or @procedure='P1']"/>
  <xsl:variable name="here" select="/n:notice/n:stage[@progress='now'][1]"/>
  <xsl:variable name="here-zh">
    <xsl:call-template name="office-zh"><xsl:with-param name="name" select="$here/@authorityZh"/></xsl:call-template>
  </xsl:variable>
  <xsl:variable name="here-en">
    <xsl:call-template name="office-en"><xsl:with-param name="name" select="$here/@authorityEn"/></xsl:call-template>
  </xsl:variable>
  <xsl:variable name="by-zh">
    <xsl:call-template name="office-zh"><xsl:with-param name="name" select="/n:notice/n:decision/@zh"/></xsl:call-template>
  </xsl:variable>
  <xsl:variable name="by-en">
    <xsl:call-template name="office-en"><xsl:with-param name="name" select="/n:notice/n:decision/@en"/></xsl:call-template>
  </xsl:variable>

  <!-- A city or the province stands for its authority: 济南市 decides as 济南市主管部门. Any other name is one already. -->
  <xsl:template name="office-zh">
    <xsl:param name="name"/>
    <xsl:value-of select="$name"/>
    <xsl:if test="contains('市省', substring($name, string-length($name)))">主管部门</xsl:if>
  </xsl:template>
  <xsl:template name="office-en">
    <xsl:param name="name"/>
    <xsl:choose>
      <xsl:when test="not(string($name))">the competent authority</xsl:when>
      <xsl:when test="contains($name, ' ')"><xsl:value-of select="$name"/></xsl:when>
      <xsl:otherwise>the authority of <xsl:value-of select="$name"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>
</xsl:stylesheet>
