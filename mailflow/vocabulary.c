#include "mailflow/vocabulary.h"

/* No phrase stands in two classes. */
static const struct phrase_group vocabulary[] = {
    {WORD_OF, "的"},
    {WORD_VERGE,
     "条件通过|条件同意|有条件通过|agree|agreed|i agree|we agree|赞成|赞同|认可|准许|许可|照准|采纳|不赞成|不赞同|不认可|accepted|"
     "i accept|we accept|passed|disagree|disagreed|do not agree|don't agree|dont agree|not agree|not agreed|cannot agree|can't "
     "agree|"
     "无需驳回|不需要驳回|无须驳回|不用驳回|不必驳回|无需退回|不需要退回|不用退回|无需同意|不需要同意|无须同意|不用同意|"
     "无需批准|不需要批准|无需审批|无需通过|无需审核通过|退回原件|退回旧证|退回原证|退回证书|退回材料已收到|批准文件|批准文件编号|"
     "批准文号|同意书编号|批准日期|批准时间|退回的材料|"
     "decline|declined|deny|denied|refuse|refused"},
    {WORD_BEFORE,
     "我|我们|本人|我局|我厅|我处|我科|我中心|我委|我单位|我方|我市|我市局|我科室|本局|本单位|本处|本科室|本厅|经|经我|经我局|"
     "经我处|"
     "经我科|经核|经查|经审|经审核|经审查|经审批|经研究|经研究后|经审核后|经核实后|经核查后|经审查后|经复核后|经初审后|经核对后|"
     "经讨论后|经讨论|经核实|经核查|经核对|经复核|经初审|经审阅|经查阅|经过审核|经集体研究|"
     "经办公会研究|研究决定|决定|审批意见|终审意见|复核意见|审查意见|审核结果|审批结果|审核结论|处理意见|处理结果|意见|意见如下|"
     "审核意见如下|结论|结果|结果为|意见为|我的意见|我的意见是|兹|特此|现|现予以|予以|完全|均|都|已|已经|全部|统一|研究|会议研究|"
     "综上|"
     "综上所述|因此|所以|故|故此|据此|坚决|明确|绝对|最终|确认|作出|给予|为|是|hereby|i|we|i hereby|we hereby|i am|it is|this is|"
     "that is|is|are|has been|have been|have|has|i have|we have|i've|result|decision|verdict|my decision|my decision is|our "
     "decision|"
     "our decision is|fully|confirmed|confirm|reviewed|checked|reviewed and|checked and|verified and|and|the following|documents|"
     "everything|hence|so|therefore|regretfully|unfortunately|sorry"},
    {WORD_AFTER,
     "上报|报送|报省厅|上报省厅|报省厅审核|上报省厅审核|请省厅审核|请省厅审批|请省厅终审|报省厅审批|报省厅终审|提交省厅|转省厅|"
     "转省厅审核|转报省厅|呈报|呈报省厅|请|请予|请予以|请予办理|省厅|省住建厅|市局|上级|报上级|厅|审定|核定|办理|予以办理|受理申请|"
     "登记|备案|了|啦|哦|该|此|本|这个|这份|这项|该项|此项|本次|此次|该企业|该单位|该公司|该人员|该同志|该学员|该员|其|贵单位|"
     "贵公司|"
     "你单位|你公司|您的|你的|贵方|上述|以上|所报|所有|全部通过|下一步|后续|继续|继续办理|进入下一环节|进入下一步|转下一环节|流转|"
     "请办理|请知悉|请查收|请继续|请审核|请审批|请终审|请复核|请领导审核|请领导审批|请上级审核|请上级审批|请复审|尽快|尽快办理|"
     "抓紧办理|为荷|为盼|请尽快办理|重新提交|重新申报|重新申请|重新报送|重新上报|重报|请重新提交|请重新申报|请重新申请|请重新报送|"
     "修改后重新提交|请修改后重新提交|请修改|请核实|请核对|特此回复|特此答复|此复|处理|it|this one|these|that|them|requests|"
     "applications|form|change|changes|transfer|reissue|registration|employer change|change of employer|for processing|for "
     "archiving|"
     "for|by me|by us|from my side|from our side|on our side|on my side|please|please proceed|please continue|proceed|go ahead|"
     "please go ahead|with thanks|to proceed|as requested|as submitted|as is|above|below|of|from "
     "me|now|today|today's|accordingly|sir|"
     "madam|everyone|case|submission|kindly|to your request|with this request|with it|with the request|with the change|with this|"
     "to this|to it|to the change|to the request"},
    {WORD_EITHER,
     "变更条件|注册条件|办理条件|报名条件|补办条件|补证条件|申请条件|规定条件|相关条件|的条件|审批条件|受理条件|所需|所需材料|必需|"
     "条件符合|条件具备|具备条件|满足条件|条件满足|就业|成就|就职|就读|办理编号|申请编号|证书编号|业务编号|"
     "受理编号|流水号|身份证号|身份证编号|信用代码|审核|审查|审批|初审|终审|复核|核实|核对|"
     "已审核|已审查|已初审|已核实|已核对|已核查|已查看|已看|已看过|看过|看了|审核过|审核了|"
     "已审阅|审阅|审核完毕|审核完成|已审核完毕|初审完毕|审核无误|核对无误|核实无误|经审核无误|经核对无误|材料|资料|手续|证件|表格|"
     "信息|内容|附件|书面材料|纸质材料|申请材料|申报材料|材料均|材料都|原件|复印件|齐全|完整|齐备|无误|均无误|属实|真实|有效|"
     "真实有效|"
     "准确|一致|合格|合规|符合要求|符合条件|符合规定|符合变更条件|符合办理条件|符合相关规定|均符合要求|已齐全|已收齐|已收取|已收|"
     "收齐|"
     "收到了|已交齐|已留存|留存|已核验|核验|核验无误|没有错误|没有缺失|无缺失|无遗漏|没错|无错误|无误差|"
     "情况属实|"
     "情况|与原件一致|与|和|及|并|且|也|documents complete|documents are complete|documents in order|all documents complete|"
     "all in order|everything is in order|in order|complete|correct|documents checked|paperwork complete|papers complete|"
     "all papers received|papers received|documents "
     "received|书面申请|书面变更申请|申请人材料|申请资料|留存备查|已备案|无棣|审核意见|"
     "意见书|已补齐|已补充|已补交|补齐了|已补正|补充完整|补正完毕|如下|例如|如题|如附件|如上|若干|解除|删除|拆除|清除|免除|消除|"
     "基本信息|无需|不需要|不但|审核后|审批后|复核后|终审后|招待|接待|the|this|your|request|application|the request|the "
     "application|"
     "this request|this application|your request|your application|his|her|their|its|all|以上情况属实|上述情况属实|以上信息属实|"
     "以上材料齐全|以上属实|以上材料属实"},
    {WORD_OBJECT,
     "变更|变更申请|申请|更名|补办|补证|补发|补领|报名|调入|调出|迁移|迁入|迁出|转入|转出|变更单位|单位变更|企业变更|信息变更|"
     "名称变更|证书变更|证书补办|证书补发|补证申请|注册申请|注册|该申请|此申请|本申请|其申请|该变更|此变更|本次变更|此次变更|"
     "此次申请|"
     "本次申请|的申请|变更事项|事项|请求|遗失补证|遗失补办|信息更正|更正申请|初审意见|市局初审意见|市局意见|变更手续|办理变更|"
     "办理变更手续|申请事项|变更请求|更正|信息变更申请|correction|the change|the transfer|补发证书|补办证书|变更证书|补发新证|"
     "开通账号|开通帐号|变更企业名称|变更单位名称|变更名称|企业更名|单位更名|变更信息|变更企业信息|调入我市|调入我市企业"},
    {WORD_SAID, "说|称|表示|反映|讲|告诉|告知|要求|声称|认为|觉得|听说|据说|他|她|他们|她们|它|对方|领导|局长|处长|科长|主任|"
                "原单位|谁|某|有人|"
                "别人|同事|said|says|say|told|asked|claims|claimed|according "
                "to|he|she|they|someone|who|boss|manager|director|colleague|button|"
                "buttons|link|links|page|attachment button"},
    {WORD_HEDGE,
     "会|要|想|先|就|确保|务必|将|才|撤|缓|或|建议|希望|另外|另|应该|应当|只|后|之后|以后|再|再说|考虑|争取|尽量|打算|准备|"
     "即将|讨论|讨论后|"
     "研究后|"
     "拟|部分|原则|基本|倾向|still|before|first|then|when|should|would|could|might|shall|let me|likely|to be|going to|will|will be|"
     "want|wants|like to|hope|think|or|either"},
    {WORD_LACK,
     "不全|不齐|不齐全|不完整|不足|不够|不清|不清楚|不清晰|看不清|模糊|不符|不符合|不相符|不符合要求|不符合条件|不符合规定|不一致|"
     "不正确|不准确|不对|不真实|不合格|不合规|不规范|不明确|不明|不详|不属实|不匹配|不存在|有误|错误|有错|填错|写错|错了|错别字|缺|"
     "缺少|缺失|缺乏|欠缺|缺件|遗漏|漏|漏填|漏盖|未盖章|未签字|未签名|未提供|未提交|未附|未填|未填写|未上传|未缴|未缴纳|未见|"
     "未收到|"
     "未按|未到|未注明|未解除|未经|没盖章|没签字|没有盖章|没有签字|没有提供|没有提交|没收到|没有收到|没有附|没有填|无盖章|无签字|"
     "无公章|无合同|无证明|无社保|无效|过期|已过期|逾期|失效|超期|重复|重复提交|伪造|虚假|需补充|需补|请补充|请补|请补齐|请补交|"
     "请补正|补齐|补充|补正|补交|补送|未通过核验|missing|incomplete|illegible|unreadable|unclear|wrong|incorrect|expired|invalid|"
     "inconsistent|mismatch|does not match|do not match|doesn't match|not match|not legible|not readable|not clear|not complete|"
     "not signed|not stamped|not sealed|not valid|not correct|not attached|not provided|not received|no stamp|no seal|no signature|"
     "unsigned|unstamped|without|lacks|lack|lacking|absent|insufficient|outdated|blurred|blurry|duplicate|error|errors|mistakes|"
     "forged|needs|need|not found|typo"},
    {WORD_NOT,
     "不|没|没有|未|无|非|别|勿|莫|否|尚未|并未|并非|并不|从未|从不|不是|不会|不想|不要|不必|不用|不能|不可|不可以|不得|不太|不大|"
     "不再|不完全|不一定|未必|绝不|决不|毫不|难以|无法|不好|拒不|not|no|never|don't|dont|doesn't|didn't|did not|cannot|can't|cant|"
     "won't|wouldn't|isn't|aren't|wasn't|haven't|hasn't|couldn't|shouldn't|nor|neither|none|unable|hardly|barely|refuse to|nope|"
     "nothing|nobody|不得不|不能不|不敢|免|毋|休|弗|不愿|不肯|不准|不许|禁止|反对|抗议|不应|不应当|不应该|不该|不宜"},
    {WORD_DOUBT,
     "如|如果|若|若是|假如|假设|倘若|要是|只要|只有|除非|除|除了|除外|以外|之外|例外|那个|那份|那一份|那项|那条|不要批|别批|前提|"
     "前提是|条件是|附条件|附加条件|但|但是|不过|然而|可是|待|"
     "等|"
     "等待|暂|暂时|暂不|暂缓|原则上|基本上|大体|仅|仅限|后再|另行|的话|否则|方可|方能|才能|需要|须|还需|还须|仍需|尚需|应先|必须|"
     "放弃|"
     "终止|停止|撤回|撤销|取消|作废|收回|暂停|中止|延期|推迟|延后|不同意见|或者|还是|要么|与否|可能|也许|或许|大概|估计|好像|似乎|"
     "有待|视情况|看情况|再议|商量|请示|请示后|改为|改成|变为|but|however|if|unless|provided|provided that|providing|providing "
     "that|"
     "subject to|as long as|on condition|on the condition|conditional|conditionally|condition|conditions|except|excluding|pending|"
     "once|until|till|not yet|yet|wait|hold|on hold|hold on|cancel|withdraw|instead|only|after|in principle|partially|partly|maybe|"
     "perhaps|probably|possibly|though|although|whether|must|tentatively|provisionally|temporarily|for now|need to|needs "
     "to|otherwise|"
     "assuming|depends|depending|depend|后生效|后有效|后办理|后方|后才|后予以|后可|后执行|需|条件|情况下|前提下|条件下|视情况|"
     "视具体|视材料|视实际|请先|先要|先行|须先|需先|务必先|×|✗|✘|❌|☒|✖|✕|👎|注销|吊销|退还|退证"},
    {WORD_ASK,
     "吗|么|嘛|呢|吧|是否|能否|可否|是不是|能不能|可不可以|要不要|行不行|好不好|对不对|有没有|如何|怎么|怎样|为什么|为何|什么|哪|"
     "哪个|"
     "几时|何时|多少|可以不|可以吗|is it|can you|could you|may i|shall i|do you|does it|did you|are you|correct me|hm|hmm|am i"},
    {WORD_COURTESY,
     "您好|你好|各位好|大家好|领导好|老师好|各位领导好|各位老师好|早上好|上午好|中午好|下午好|晚上好|谢谢|谢谢您|谢谢你|谢谢了|"
     "谢谢大家|多谢|感谢|非常感谢|十分感谢|感谢您|感谢支持|感谢您的来信|谢谢支持|辛苦了|辛苦|您辛苦了|收到|已收到|收悉|已收悉|"
     "邮件收到|邮件已收到|来信收到|来信收悉|已阅|阅|已阅知|知悉|已知悉|了解|好|好的|好吧|行|嗯|恩|是的|可以|可|没问题|没有问题|"
     "无问题|"
     "无异议|没有异议|没意见|没有意见|无意见|无不同意见|没有不同意见|不客气|祝好|顺祝商祺|顺颂商祺|此致|敬礼|此致敬礼|工作顺利|"
     "祝工作顺利|祝您工作顺利|祝顺利|祝您顺利|周末愉快|节日快乐|新年快乐|如有问题请联系|如有疑问请联系|如有问题|如有疑问|若有疑问|"
     "若有问题|如有需要|如需帮助|ok|okay|o.k|hi|hello|thanks|thank you|thanks a lot|thank you very much|many "
     "thanks|thx|tks|ty|cheers|"
     "yes|sure|fine|all good|looks good|looks good to me|lgtm|good|great|no problem|no objection|no objections|no issues|no issue|"
     "no comments|no comment|regards|best regards|kind regards|best|br|received|noted|well received|good morning|good afternoon|"
     "good evening|good day|all the best|have a nice day|if you have any questions|if you have questions|if any questions|"
     "if there are any questions|if you have any question|if needed|please let me know if you have any questions|"
     "feel free to contact me|期待|老师您好|领导您好|各位同事|同事们好|hi all|hello all|hi team|hello team|dear all|dear team"},
    {WORD_GREETING, "尊敬的|dear|亲爱的|hi there"},
    {WORD_RETRACT,
     "发错|发错了|搞错|搞错了|弄错|回错|点错|误发|误操作|上一封|刚才|刚刚|前一封|之前的邮件|以此为准|以本邮件为准|为准|收回上|不算|"
     "撤回上|disregard|ignore|my mistake|by mistake|changed my mind|change my mind|previous mail|previous email|earlier mail|"
     "earlier email|revoke|recall"},
    {WORD_REASON,
     "原因|原因是|原因为|原因如下|理由|理由是|理由为|理由如下|审核意见为|因为|由于|因|主要原因|主要原因是|具体原因|具体原因如下|"
     ""
     "原因说明|"
     "存在问题|存在以下问题|存在的问题|问题如下|reason|reasons|reason is|the reason is|reason being|because|because of|due "
     "to|since|"
     "as the|reason for rejection"},
    {WORD_ARCHIVE,
     "留档编号|留档号|留档号码|留档号为|留档编号为|留档编号是|留档号是|留档|已留档|档案编号|档案号|归档编号|归档号|存档编号|存档号|"
     "存档|已存档|归档|已归档|归档文号|存档文号|文件编号|书面材料留档编号|材料留档编号|档案|"
     "档案袋号|"
     "备案编号|备案号|留档文号|留存编号|留存号|卷号|档号|archive|archive no|archive number|archive nr|archive id|archive "
     "ref|archive reference|"
     "archived as|archived under|archive file|archive file no|archived|archive no.|archived no|archival number|archival "
     "no|archive#|file no|file number|filing no|filing number|编号"},
    {WORD_APPROVE,
     "同意|通过|批准|审核通过|审批通过|审查通过|初审通过|终审通过|复审通过|复核通过|审核同意|审批同意|审查同意|初审同意|终审同意|"
     "予以通过|准予通过|予以批准|准予批准|予以同意|准予|核准|予以核准|同意通过|同意批准|可以通过|可以批准|通过审核|通过审批|"
     "通过初审|"
     "通过终审|通过审查|审核已通过|审核予以通过|已通过|已同意|已批准|同意了|通过了|批准了|已审核通过|审核通过了|均同意|均通过|"
     "同意上报|approve|approved|approves|approval granted|approval given"},
    {WORD_REJECT,
     "不同意|不通过|驳回|退回|不批准|不予通过|不予批准|不予同意|不予核准|不予准予|不准予|不核准|审核不通过|审批不通过|审查不通过|"
     "初审不通过|终审不通过|复核不通过|审核未通过|审批未通过|审查未通过|初审未通过|终审未通过|未通过|未通过审核|未批准|未予批准|"
     "未予通过|没有通过|没通过|没有批准|无法通过|无法批准|无法同意|不能通过|不能批准|不能同意|不可通过|不可以通过|不得通过|"
     "同意不了|"
     "通过不了|批准不了|审核不予通过|不通过审核|不同意通过|不同意批准|不予审核通过|不予审批通过|不予以通过|不予以批准|不予以同意|"
     "不准通过|拒绝|否决|予以驳回|予以退回|退件|打回|退回补正|退回修改|退回重报|退回重填|退回重做|退回重新提交|退回重新填写|"
     "退回重新填报|退回给申请人|退回申请人|不予受理|不予办理|不予注册|驳回重新提交|"
     "驳回处理|退回处理|作驳回处理|作退回处理|已驳回|已退回|驳回了|退回了|被驳回|予以拒绝|拒绝通过|拒绝批准|"
     "reject|rejected|rejects|have to reject|we have to reject|i have to reject|we must reject|has to reject|must reject|had to "
     "reject|has to be rejected|must be rejected|have to "
     "refuse|not approved|not approve|do not approve|don't approve|does not approve|cannot approve|can not "
     "approve|"
     "can't approve|cant approve|dont approve|won't approve|will not approve|unable to approve|not able to approve|is not approved|"
     "are not approved|cannot be approved|can not be approved|can't be approved|could not be approved|not be approved|disapprove|"
     "disapproved|approval denied|approval refused|i reject|we reject"},
};

const struct phrase_table *vocabulary_verdict(void)
{
    static const struct phrase_table *made;

    return phrase_table_find(&made, vocabulary, G_N_ELEMENTS(vocabulary));
}
