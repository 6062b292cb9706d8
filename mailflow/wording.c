#include "mailflow/wording.h"

#include <string.h>

#define LONGEST_LABEL 64
#define LONGEST_GREETING 40

/* Parted by `|`; written without white space, lower case, as wording_label() squashes them. */
static const struct {
    enum wording_label label;
    const char *words;
} labels[] = {
    {WORDING_FROM,
     "发件人|寄件人|寄件者|发送人|發件人|发信人|from|sender|von|de|da|van|från|fra|lähettäjä|od|от|від|feladó|kimden|gönderen|"
     "差出人|送信者|보낸사람|보낸이|từ|dari|จาก|από|מאת|من|expéditeur|absender|mittente|remitente|expeditor"},
    {WORDING_DATE,
     "发送时间|发送日期|發送時間|寄件日期|傳送時間|已发送|已傳送|日期|时间|時間|sent|date|senttime|sendtime|datesent|gesendet|"
     "datum|envoyé|envoyéle|enviado|enviadoel|enviadaem|enviada|fecha|data|inviato|verzonden|skickat|sendt|dato|lähetetty|"
     "päivämäärä|wysłano|odesláno|odoslané|отправлено|дата|надіслано|elküldve|dátum|gönderildi|tarih|gönderilmetarihi|"
     "送信日時|日時|보낸날짜|날짜|보낸시간|đãgửi|ngày|dikirim|tanggal|ส่ง|วันที่|στάλθηκε|ημερομηνία|נשלח|תאריך|trimis"},
    {WORDING_TO,
     "收件人|收件者|接收人|收信人|to|an|à|para|a|aan|till|til|vastaanottaja|do|komu|pro|pre|кому|címzett|kime|alıcı|宛先|"
     "받는사람|받는이|tới|đến|kepada|ถึง|προς|אל|إلى|către|destinataire"},
    {WORDING_SUBJECT,
     "主题|主题词|标题|主旨|主題|標題|subject|betreff|objet|sujet|asunto|assunto|oggetto|onderwerp|ämne|emne|aihe|temat|"
     "předmět|predmet|тема|tárgy|konu|件名|제목|chủđề|subjek|perihal|เรื่อง|θέμα|נושא|الموضوع|subiect"},
    {WORDING_OTHER_LABEL,
     "抄送|抄送人|副本|密送|附件|重要性|回复|cc|bcc|copie|reply-to|importance|attachments|organization|newsgroups|копия|kopie|"
     "kopia|參考|참조"},
};

enum list {
    LIST_SEPARATORS,
    LIST_WROTE,
    LIST_OPENERS,
    LIST_FOOTERS,
    LIST_CLOSINGS,
    LIST_GREETINGS,
    LIST_DISCLAIMERS,
    LIST_BANNERS,
    LIST_CONTACTS,
    LIST_TAGS,
    LISTS
};

/* Parted by `|`, lower case, full-width ASCII as ASCII but for the colon, as wording_fold() leaves them. */
static const char *const lists[LISTS] = {
    [LIST_SEPARATORS] =
        "oprindelig besked|original besked|originalbericht|originalt meddelande|original text|original "
        "meddelande|oryginalna|原始邮件|原始信息|原始消息|原邮件|原文|回复的原邮件|回复的邮件|转发的邮件|转发邮件|转发的原邮件|"
        "邮件原件|邮件原文|"
        "历史邮件|引用邮件|原始郵件|原始訊息|轉寄郵件|轉寄的郵件|转发信息|被转发邮件|回复邮件|original|original message|"
        "original mail|original email|original e-mail|originalmessage|replied message|reply message|reply|forwarded message|"
        "forwarded by|begin forwarded message|message original|message d'origine|message d’origine|message initial|"
        "message transféré|courriel original|ursprüngliche nachricht|original-nachricht|originalnachricht|original nachricht|"
        "weitergeleitete nachricht|mensaje original|mensaje reenviado|mensagem original|mensagem encaminhada|messaggio originale|"
        "messaggio inoltrato|messaggio|oorspronkelijk bericht|oorspronkelijke bericht|doorgestuurd bericht|"
        "ursprungligt meddelande|originalmeddelande|opprinnelig melding|original melding|oprindelig meddelelse|"
        "original meddelelse|alkuperäinen viesti|wiadomość oryginalna|oryginalna wiadomość|wiadomość przekazana|"
        "исходное сообщение|пересылаемое сообщение|пересланное сообщение|оригинальное сообщение|původní zpráva|pôvodná správa|"
        "originální zpráva|přeposlaná zpráva|eredeti üzenet|orijinal mesaj|özgün ileti|asıl ileti|orijinal ileti|元のメッセージ|"
        "オリジナルメッセージ|転送メッセージ|원본 메시지|원본 메일|원본메일|원본메시지|thư gốc|thư đã chuyển tiếp|pesan asli|"
        "mesaj original|mesajul original|αρχικό μήνυμα|הודעה מקורית|الرسالة الأصلية|оригінальне повідомлення|"
        "вихідне повідомлення|izvorna poruka|izvirno sporočilo|please type your reply above this line|"
        "please reply above this line|reply above this line|write above this line|请在此行以上回复|请在此线以上回复|"
        "请在这行上方回复|videresendt meddelelse|edelleenlähetetty viesti|message transmis|továbbított üzenet|videresendt melding|"
        "przekazana wiadomość|treść przekazanej wiadomości|mensagem reencaminhada|mesaj redirecționat|mesaj redirecţionat|"
        "preposlaná správa|vidarebefordrat meddelande|iletilmiş mesaj|iletilen mesaj|перенаправлене повідомлення|"
        "переслане повідомлення|proslijeđena poruka|препратено съобщение|προωθημένο μήνυμα|tin nhắn đã chuyển tiếp|"
        "pesan terusan|전달된 메시지|転送されたメッセージ|轉寄的訊息|转发的消息|转发消息|来自邮件|邮件信息|回复的邮件原文|引用原文|"
        "回复邮件原文|原始邮件信息|原始邮件内容",
    [LIST_WROTE] =
        "撰写|撰寫|wrote|writes|schrieb|geschrieben|a écrit|écrit|écrivait|escribió|escribio|escribía|ha scritto|scrisse|schreef|"
        "geschreven|escreveu|escreve|skrev|skreiv|napsal|napísal|napisał|pisze|napisal|napisao|написал|пишет|писал|писали|"
        "написав|пише|напиша|написа|kirjoitti|írta|yazdı|yazmış|şunları yazdı|写道|寫道|写到|来信|viết|เขียน|작성|썼습니다|보냄|"
        "のメッセージ|書きました|書いた|書き込みました|a scris|έγραψε|כתב|كتب|menulis|rašė|rakstīja|kirjutas|va escriure|"
        "idatzi zuen|skrifaði|ha escrit|ha escrito|enviou|envió|escribiu|quoting |zitat von |citando |citazione |引用 |"
        "cytowanie |citát |写信给|发来邮件|发送邮件|的邮件|의 메일|さんは書きました|さんが書き|님이 쓴",
    [LIST_OPENERS] =
        "on |at |am |le |el |il |op |em |den |på |dne |dňa |w dniu |dnia |в |во |on\t|pada |vào |ngày |στις |data |pe |"
        "il giorno |la data|kl |mon|tue|wed|thu|fri|sat|sun|пн|вт|ср|чт|пт|сб|вс|lun|mar|mer|jeu|ven|sam|dim|mié|jue|vie|sáb|dom|"
        "mo|di|mi|do|fr|sa|so|在|於|于|dana |od |from |de |van |von |ב|في|понедельник|вторник|среда|четверг|пятница|суббота|"
        "воскресенье|ma |zo |wo |vr |za |oп ",
    [LIST_FOOTERS] =
        "发自我的|发自手机|发自vivo|发自oppo|发自荣耀|发自honor|发自企业微信|发自飞书|发自钉钉|来自钉钉|来自飞书|来自企业微信|"
        "来自oppo|"
        "来自 oppo|来自vivo|来自 vivo|来自华为|来自 华为|来自小米|来自我的|签名由|从移动设备|从手机发送|由我的|通过我的|"
        "本邮件来自手机|发自 |发自iphone|发自华为|发自小米|发自安卓|发自网易|发自qq|发自139|发自outlook|发自移动|发送自|"
        "從我的|从我的|傳送自我的|寄自我的|来自我的|來自我的|来自 outlook|从 windows 版|从windows版|从 outlook|获取 outlook|"
        "获取outlook|下载 outlook|取得 outlook|取得適用於|来自iphone|来自 iphone|由 outlook|发件人：我的|本邮件由手机发送|"
        "通过手机发送|来自139手机|来自网易邮箱|来自qq邮箱|来自手机|sent from my|sent from mail|sent from outlook|sent from yahoo|"
        "sent from samsung|sent from proton|sent from the|sent from a |sent from an |sent from iphone|sent from gmail|"
        "sent from ipad|sent from huawei|sent from blackberry|sent from android|sent from qq|sent from netease|sent from alimail|"
        "sent from windows|sent from foxmail|sent from nine|sent from spark|sent from aol|sent from bluemail|sent from for|sent "
        "from typeapp|sent from airmail|sent from spike|sent from superhuman|sent from canary|sent from edison|sent from newton|"
        "sent from polymail|sent from mailbird|sent from em client|sent from zoho|sent from tutanota|sent from tuta|sent from "
        "workspace|"
        "sent from yandex|sent from my|"
        "sent with|sent via|sent on the|sent using|sent by my|get outlook for|get bluemail|envoyé de mon|envoyé depuis|"
        "envoyé à partir|télécharger outlook|von meinem|gesendet von|gesendet mit|diese nachricht wurde von meinem|outlook für|"
        "holen sie sich outlook|enviado desde|enviado de |enviado do |enviado a partir|enviado por|obtener outlook|"
        "obter o outlook|obtenha o outlook|inviato da|inviato dal|scarica outlook|ottieni outlook|verzonden vanaf|"
        "verstuurd vanaf|verzonden met|outlook voor|skickat från|skickades från|sendt fra|hent outlook|skaffa outlook|"
        "hämta outlook|lähetetty |wysłane z|wysłano z|pobierz program outlook|отправлено с|отправлено из|надіслано з|odesláno z|"
        "odoslané z|küldve a|iphone'umdan|iphone’umdan|gönderildi|iphoneから送信|ipadから送信|androidから送信|iphoneより送信|"
        "私のiphone|나의 iphone|내 iphone|iphone에서|android용 outlook|đã gửi từ|được gửi từ|gửi từ|dikirim dari|trimis de pe|"
        "στάλθηκε από|نُرسلت من|أُرسلت من|נשלח מה|mit freundlichen grüßen gesendet",
    [LIST_GREETINGS] = "hi|hello|hey|dear|good morning|good afternoon|good "
                       "evening|您好|你好|尊敬的|各位|大家好|老师好|领导好|hallo|guten tag|bonjour|hola|olá|ciao|buongiorno",
    [LIST_CLOSINGS] =
        "此致|此致敬礼|敬礼|祝好|顺颂商祺|顺祝商祺|商祺|顺祝|祝工作顺利|工作顺利|祝您工作顺利|祝商祺|此致敬禮|敬禮|祝顺利|致礼|"
        "best regards|kind regards|warm regards|regards|best|br|rgds|cheers|sincerely|yours sincerely|yours truly|"
        "yours faithfully|with best regards|with kind regards|best wishes|many thanks and regards|thanks and regards|"
        "thanks & regards|mit freundlichen grüßen|mit freundlichem gruß|mfg|viele grüße|beste grüße|freundliche grüße|"
        "liebe grüße|lg|vg|cordialement|bien cordialement|bien à vous|salutations|saludos|saludos cordiales|un saludo|"
        "atentamente|atenciosamente|cordiali saluti|distinti saluti|saluti|met vriendelijke groet|groeten|med vänlig hälsning|"
        "mvh|med venlig hilsen|med vennlig hilsen|ystävällisin terveisin|terveisin|pozdrawiam|z poważaniem|с уважением|"
        "s pozdravem|üdvözlettel|saygılarımla|よろしくお願いいたします|敬具|감사합니다",
    [LIST_DISCLAIMERS] =
        "免责声明|保密声明|保密提示|保密提醒|【保密|[保密|声明：|声明:|重要提示：|重要声明|本邮件及|本邮件包含|本邮件所|本邮件（|"
        "本邮件(|本邮件中|本邮件内容|此邮件及|此邮件包含|此邮件（|此邮件(|本电子邮件|此电子邮件|本郵件|本電子郵件|這封郵件|"
        "本信件可能|disclaimer|confidentiality|confidential:|confidential notice|this e-mail and|this email and|this e-mail is|"
        "this email is|this e-mail may|this email may|this e-mail (|this email (|this e-mail,|this email,|this e-mail contains|"
        "this email contains|this e-mail message|this email message|this message and|this message is|this message may|"
        "this message (|this message contains|this communication|this transmission|the information contained in|"
        "the information in this|the contents of this|the content of this|important notice|important: the contents|notice: this|"
        "legal notice|privileged|privacy notice|virus-free|avast logo|scanned by|think before you print|"
        "please consider the environment|save a tree|before printing|diese e-mail|diese nachricht ist|diese mail|ce message|"
        "ce courriel|cet e-mail|este mensaje|este correo|esta mensagem|este e-mail|esta e-mail|questo messaggio|"
        "le informazioni contenute|dit bericht|deze e-mail|de informatie|detta meddelande|denne e-post|denne e-mail|tämä viesti|"
        "ta wiadomość|niniejsza wiadomość|это сообщение|данное сообщение|настоящее сообщение|tato zpráva|ez az üzenet|bu e-posta|"
        "このメール|本メール|이 메일",
    [LIST_BANNERS] =
        "[external|[ext]|[外部|【外部|【外网|【外来|[外来|caution:|caution |*caution|**caution|warning:|*warning|external email|"
        "external sender|external message|external:|*external|** external|***external|this email originated|"
        "this message originated|this email was sent from outside|this message was sent from outside|this email has originated|"
        "this email came from outside|you don't often get|you don’t often get|some people who received this message|"
        "learn why this is important|此邮件来自外部|该邮件来自外部|本邮件来自外部|这封邮件来自外部|外部邮件|注意：此邮件|"
        "注意：本邮件|注意:此邮件|注意:本邮件|警告：此|警告:此|安全提示：|安全提示:|安全提醒：|安全提醒:|邮件安全提醒|"
        "您通常不会收到|你通常不会收到|你不经常收到|您不经常收到|achtung: externe|externe e-mail|attention : ce|attention: ce|"
        "precaución:|atenção:|attenzione:|внимание:|外部メール|be careful with links|do not click links",
    [LIST_CONTACTS] =
        "电话|手机|联系电话|办公电话|座机|传真|邮箱|电子邮箱|邮件|地址|通讯地址|单位地址|办公地址|邮编|邮政编码|网址|微信|qq|"
        "审核人：|审核人:|审核员：|审批人：|审批人:|经办人：|经办人:|承办人：|复核人：|签发人：|签字：|签名：|日期：|日期:|"
        "时间：|部门|职务|单位|联系人|移动电话|固话|電話|手機|傳真|郵箱|tel|t:|m:|f:|e:|phone|mobile|mob|cell|fax|email|e-mail|"
        "mail:|"
        "address|web|www.|http|<http|add:|zip",
    [LIST_TAGS] =
        "[external email]|[external sender]|[external]|[ext]|[外部邮件]|[外部]|[外网邮件]|[外来邮件]|【外部邮件】|【外部】|"
        "【外网邮件】|【外来邮件】|[外域邮件]|【外域邮件】|[外部郵件]|【外部郵件】|(external)|(外部邮件)|（外部邮件）",
};

/* The words of a list, and with which bytes they begin: most lines are done with after one look. */
struct words {
    char **words;
    gboolean begins[256];
};

static const struct words *words_of(enum list which)
{
    static gsize once;
    static struct words split[LISTS];
    if (g_once_init_enter(&once)) {
        for (gsize i = 0; i < LISTS; i++) {
            split[i].words = g_strsplit(lists[i], "|", -1);
            for (char **word = split[i].words; *word; word++)
                split[i].begins[(guchar)(*word)[0]] = TRUE;
        }
        g_once_init_leave(&once, 1);
    }
    return &split[which];
}

static char **list(enum list which)
{
    return words_of(which)->words;
}

static gboolean begins(const char *line, enum list which)
{
    const struct words *words = words_of(which);
    if (!words->begins[(guchar)line[0]])
        return FALSE;
    for (char **word = words->words; *word; word++)
        if (line[0] == (*word)[0] && line[1] == (*word)[1] && g_str_has_prefix(line, *word))
            return TRUE;
    return FALSE;
}

char *wording_fold(const char *line, gsize limit)
{
    gsize length = strnlen(line, limit);
    while (length > 0 && line[length] && ((guchar)line[length] & 0xC0) == 0x80)
        length--;
    GString *folded = g_string_sized_new(length + 1);
    for (const char *p = line; p < line + length; p = g_utf8_next_char(p)) {
        gunichar c = (guchar)*p < 0x80 ? (gunichar)*p : g_utf8_get_char(p);
        if (c >= 0x3000 && c < 0xAC00) { /* no case there */
            g_string_append_len(folded, p, g_utf8_next_char(p) - p);
            continue;
        }
        if (c >= 0xFF01 && c <= 0xFF5E && c != 0xFF1A)
            c -= 0xFEE0;
        if (c < 0x80)
            g_string_append_c(folded, g_ascii_tolower((char)c));
        else
            g_string_append_unichar(folded, g_unichar_tolower(c));
    }
    return g_string_free(folded, FALSE);
}

static GHashTable *label_table(void)
{
    static gsize once;
    static GHashTable *table;
    if (g_once_init_enter(&once)) {
        table = g_hash_table_new(g_str_hash, g_str_equal);
        for (gsize i = 0; i < G_N_ELEMENTS(labels); i++) {
            char **words = g_strsplit(labels[i].words, "|", -1);
            for (char **word = words; *word; word++)
                g_hash_table_insert(table, *word, GUINT_TO_POINTER(labels[i].label));
            g_free(words);
        }
        g_once_init_leave(&once, 1);
    }
    return table;
}

enum wording_label wording_label(const char *line, const char **value)
{
    char squashed[LONGEST_LABEL + 8];
    gsize length = 0;
    const char *p = line;
    for (; *p && length < LONGEST_LABEL; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (c == ':' || c == 0xFF1A)
            break;
        if (c != '*' && c != '|' && c != '_' && !g_unichar_isspace(c))
            length += (gsize)g_unichar_to_utf8(g_unichar_tolower(c), squashed + length);
    }
    if (*p != ':' && !g_str_has_prefix(p, "："))
        return WORDING_NO_LABEL;
    squashed[length] = '\0';
    if (value)
        *value = g_utf8_next_char(p);
    return GPOINTER_TO_UINT(g_hash_table_lookup(label_table(), squashed));
}

gboolean wording_is_separator(const char *words)
{
    for (char **separator = list(LIST_SEPARATORS); *separator; separator++) {
        gsize length = strlen(*separator);
        if (strncmp(words, *separator, length))
            continue;
        /* "forwarded by NAME on DATE", "original message from NAME": a little may follow */
        if (!words[length] || ((guchar)words[0] >= 0x80 && strlen(words) < length + 12) || (length > 10 && words[length] == ' ') ||
            words[length] == ':' || g_str_has_prefix(words + length, "："))
            return TRUE;
    }
    return FALSE;
}

gboolean wording_has_wrote(const char *line)
{
    for (char **word = list(LIST_WROTE); *word; word++)
        if (strstr(line, *word))
            return TRUE;
    return FALSE;
}

gboolean wording_opens_attribution(const char *line)
{
    return g_ascii_isdigit(line[0]) || line[0] == '"' || line[0] == '<' || begins(line, LIST_OPENERS);
}

gboolean wording_is_footer(const char *line)
{
    return begins(line, LIST_FOOTERS);
}

gboolean wording_is_closing(const char *line)
{
    if (!words_of(LIST_CLOSINGS)->begins[(guchar)line[0]])
        return FALSE;
    char words[64];
    gsize length = strlen(line);
    while (length > 0 && strchr(",.!~; ", line[length - 1]))
        length--;
    for (gboolean more = TRUE; more;) {
        more = FALSE;
        for (gsize i = 0; i < 4; i++) {
            static const char *const marks[] = {"，", "。", "！", "～"};
            if (length >= 3 && !memcmp(line + length - 3, marks[i], 3)) {
                length -= 3;
                more = TRUE;
            }
        }
    }
    if (length == 0 || length >= sizeof words)
        return FALSE;
    memcpy(words, line, length);
    words[length] = '\0';
    return g_strv_contains((const char *const *)list(LIST_CLOSINGS), words);
}

gboolean wording_is_greeting(const char *line)
{
    if (strlen(line) > LONGEST_GREETING || !begins(line, LIST_GREETINGS))
        return FALSE;
    gsize length = strlen(line);
    return line[length - 1] == ',' || line[length - 1] == '!' || line[length - 1] == ':' || g_str_has_suffix(line, "：") ||
           g_str_has_suffix(line, "。") || !strpbrk(line, ".,!;?");
}

gboolean wording_is_disclaimer(const char *line)
{
    while (*line == '*' || *line == ' ')
        line++;
    return begins(line, LIST_DISCLAIMERS);
}

gboolean wording_is_banner(const char *line)
{
    return begins(line, LIST_BANNERS);
}

gboolean wording_is_contact(const char *line)
{
    return begins(line, LIST_CONTACTS);
}

gsize wording_tag(const char *line)
{
    for (char **tag = list(LIST_TAGS); *tag; tag++)
        if (g_str_has_prefix(line, *tag))
            return strlen(*tag);
    return 0;
}
