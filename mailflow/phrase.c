#include "mailflow/phrase.h"

#include <string.h>

#define PLANE 0x10000 /* characters that have a place of their own in the tables; no phrase and no folding lies beyond */

/* One phrase, as characters. */
struct entry {
    gunichar *words; /* ended by 0 */
    gsize length;
    guint class;
    guint order;
};

struct phrase_table {
    guint16 first[PLANE]; /* 1 + the place in `lists` of the phrases that begin with a character, 0 for none */
    GPtrArray *lists;     /* GPtrArray of struct entry *, longest first */
};

/* The text made ready for comparing: every character folded, and where it stands. Ends with a 0. */
struct folded {
    const char *text;
    gunichar *characters;
    gsize *offsets;
    gsize length;
};

/* Pairs of a traditional character and its simplified form: those that occur in the vocabularies. */
static const char pairs[] = "審审過过駁驳準准絕绝決决檔档編编號号見见請请這这該该變变單单證证無无問问題题們们個个說说領领導导與与確"
                            "确認认為为齊齐來来時时後后還还嗎吗對对應应錄录備备辦办資资"
                            "書书張张歸归將将經经報报廳厅複复復复覆复謝谢處处長长員员區区縣县條条補补繳缴銷销誤误點点進进發发轉转寫"
                            "写遞递據据實实際际業业現现開开關关會会從从給给內内並并則则麼么僅仅"
                            "雖虽儘尽齡龄麗丽聯联絡络異异議议觀观電电話话務务師师學学園园歲岁簽签蓋盖須须種种類类裡里頁页綫线線线嚴"
                            "严責责權权規规則则範范圍围總总結结終终級级純纯紙纸細细組组織织統统"
                            "維维繼继續续給给絡络練练緊紧緩缓納纳約约紅红記记許许訴诉評评詢询試试誠诚該该詳详誰谁調调論论護护讀读買"
                            "买賣卖費费資资賬账質质輸输轄辖達达遠远適适選选遲迟邊边門门閱阅閉闭"
                            "間间陸陆隊队階阶隨随難难雙双靈灵靜静項项順顺預预頒颁頭头願愿顧顾風风飛飞館馆馬马驗验體体髮发鬥斗魚鱼鳥"
                            "鸟鹽盐麥麦黃黄黨党齒齿龍龙嘗尝執执場场報报壞坏壓压夠够奪夺婦妇"
                            "孫孙寶宝專专尋寻層层屬属島岛幣币師师帶带幫帮幹干廣广廢废彈弹強强徑径從从徵征恆恒悅悦惡恶惱恼愛爱態态慮"
                            "虑慶庆憂忧憑凭懷怀戰战戶户拋抛採采損损換换據据擁拥擔担擇择擊击"
                            "擬拟擴扩攜携敗败敘叙數数斷断於于曆历曉晓暫暂術术機机檢检歡欢歷历殘残沒没況况減减測测滿满漢汉潔洁滅灭無"
                            "无獲获獎奖獨独玆兹環环產产當当發发盡尽監监稅税穩稳積积窮穷競竞"
                            "筆笔節节範范築筑簡简籤签糧粮糾纠級级紛纷純纯給给絕绝緣缘縮缩繳缴職职聽听聲声聞闻脫脱腦脑與与興兴舉举舊"
                            "旧艱艰藝艺藥药處处虛虚號号衝冲衛卫裝装補补製制覺觉";

static gunichar fold_slowly(gunichar c)
{
    if (c >= 0xFF01 && c <= 0xFF5E && c != 0xFF5E)
        c -= 0xFEE0;
    if (c == 0x3000 || c == 0xA0)
        return ' ';
    if (c == 0x2018 || c == 0x2019)
        return '\'';
    return g_unichar_tolower(c);
}

static const guint16 *folding(void)
{
    static gsize once;
    static guint16 table[PLANE];
    if (g_once_init_enter(&once)) {
        for (gunichar c = 0; c < PLANE; c++) {
            gunichar folded = c >= 0x3400 && c < 0xFF00 ? c : fold_slowly(c);
            table[c] = (guint16)(folded < PLANE ? folded : c);
        }
        for (const char *p = pairs; *p;) {
            gunichar from = g_utf8_get_char(p);
            p = g_utf8_next_char(p);
            table[from] = (guint16)g_utf8_get_char(p);
            p = g_utf8_next_char(p);
        }
        g_once_init_leave(&once, 1);
    }
    return table;
}

gunichar phrase_fold(gunichar c)
{
    return c < PLANE ? folding()[c] : c;
}

static gint longer_first(gconstpointer a, gconstpointer b)
{
    const struct entry *left = *(const struct entry *const *)a, *right = *(const struct entry *const *)b;
    if (left->length != right->length)
        return left->length < right->length ? 1 : -1;
    return left->order < right->order ? 1 : -1;
}

static void add(struct phrase_table *table, const char *words, guint class, guint order)
{
    struct entry *entry = g_new0(struct entry, 1);
    glong length;
    *entry = (struct entry){.words = g_utf8_to_ucs4_fast(words, -1, &length), .class = class, .order = order};
    entry->length = (gsize)length;
    guint16 *first = &table->first[entry->words[0] % PLANE];
    if (*first == 0) {
        g_ptr_array_add(table->lists, g_ptr_array_new());
        *first = (guint16)table->lists->len;
    }
    g_ptr_array_add(g_ptr_array_index(table->lists, *first - 1), entry);
}

static struct phrase_table *make_table(const struct phrase_group *groups, gsize count)
{
    struct phrase_table *table = g_new0(struct phrase_table, 1);
    table->lists = g_ptr_array_new();
    guint order = 0;
    for (gsize i = 0; i < count; i++) {
        g_auto(GStrv) phrases = g_strsplit(groups[i].phrases, "|", -1);
        for (char **phrase = phrases; *phrase; phrase++)
            add(table, *phrase, groups[i].class, order++);
    }
    for (guint i = 0; i < table->lists->len; i++)
        g_ptr_array_sort(g_ptr_array_index(table->lists, i), longer_first);
    return table;
}

const struct phrase_table *phrase_table_find(const struct phrase_table **place, const struct phrase_group *groups, gsize count)
{
    if (g_once_init_enter(place))
        g_once_init_leave(place, make_table(groups, count));
    return *place;
}

static gboolean is_word(gunichar c)
{
    return c < 0x80 ? g_ascii_isalnum((char)c) || c == '_' || c == '@' : c < 0x2E80 && g_unichar_isalnum(c);
}

static gboolean is_ideograph(gunichar c)
{
    return (c >= 0x2E80 && c <= 0x2FFF) || (c >= 0x3040 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF) || c >= 0x20000;
}

/* A hyphen, a dot, an apostrophe between two word characters belongs to the word: pre-approved, don't, 2024.5. */
static gboolean is_joint(gunichar c)
{
    return c == '-' || c == '.' || c == '\'' || c == '/' || c == '&';
}

static gsize skip_spaces(const struct folded *folded, gsize at)
{
    while (folded->characters[at] == ' ' || folded->characters[at] == '\t')
        at++;
    return at;
}

/* Where the phrase ends in the text, 0 when it does not stand there. Spaces between ideographs do not count: `不 同意`. */
static gsize match(const struct entry *entry, const struct folded *folded, gsize at)
{
    gunichar before = 0, wanted = 0;
    for (gsize i = 0; i < entry->length; i++, before = wanted) {
        wanted = entry->words[i];
        if (folded->characters[at] == ' ' && is_ideograph(before) && is_ideograph(wanted))
            at = skip_spaces(folded, at);
        if (folded->characters[at] != wanted)
            return 0;
        at = wanted == ' ' ? skip_spaces(folded, at) : at + 1;
    }
    if (!is_word(wanted))
        return at;
    gunichar next = folded->characters[at];
    if (is_word(next))
        return 0;
    return is_joint(next) && next != '/' && is_word(folded->characters[at + 1]) ? 0 : at;
}

static const struct entry *find(const struct phrase_table *table, const struct folded *folded, gsize at, gsize *end)
{
    gunichar c = folded->characters[at];
    guint which = c < PLANE ? table->first[c] : 0;
    const GPtrArray *list = which ? g_ptr_array_index(table->lists, which - 1) : NULL;
    for (guint i = 0; list && i < list->len; i++) {
        const struct entry *entry = g_ptr_array_index(list, i);
        *end = match(entry, folded, at);
        if (*end > 0)
            return entry;
    }
    return NULL;
}

static guint punctuation(const struct folded *folded, gsize at)
{
    gunichar c = folded->characters[at], next = c ? folded->characters[at + 1] : 0;
    if (c == '?' || c == 0x2048 || c == 0x2049 || c == 0x203D || c == 0x2753 || c == 0x2754)
        return PHRASE_ASK;
    if (c == 0x3002 || c == '!' || c == ';' || c == 0xFF61 || (c == '.' && next != '.'))
        return PHRASE_STOP;
    /* `~~` before a word strikes it out (markup.h); a lone one is a smile. */
    if (c == '~')
        return next == '~' && !strchr(" \t\n~", (int)MIN(folded->characters[at + 2], 0x7Fu)) ? PHRASE_OTHER : PHRASE_BREAK;
    if (c < 0x80)
        return strchr(",:()[]{}<>\"'|/-*_#^", (int)c) ? PHRASE_BREAK : PHRASE_OTHER;
    static const gunichar wide[] = {0x3001,  0x3008, 0x3009, 0x300A, 0x300B,  0x300C,  0x300D,  0x300E,  0x300F,
                                    0x3010,  0x3011, 0x3014, 0x3015, 0x201C,  0x201D,  0x2013,  0x2014,  0xFF5E,
                                    0x00B7,  0x2022, 0xFF62, 0xFF63, 0x1F44D, 0x1F44C, 0x1F64F, 0x1F60A, 0x1F642,
                                    0x1F339, 0x2705, 0x2714, 0x2713, 0x221A,  0x2611,  0x1F91D, 0x1F44F};
    for (gsize i = 0; i < G_N_ELEMENTS(wide); i++)
        if (c == wide[i])
            return PHRASE_BREAK;
    return c >= 0x1F3FB && c <= 0x1F3FF ? PHRASE_BREAK : PHRASE_OTHER;
}

/* A phrase glued to a number is still one: `0123if complete`, `0123-if`; `2024-NO-12` goes on and has none. */
static gboolean is_glued(const struct phrase_table *table, const struct folded *folded, gsize at)
{
    const gunichar *c = folded->characters;
    gboolean behind = g_unichar_isdigit(c[at - 1]) || (at > 1 && is_joint(c[at - 1]) && g_unichar_isdigit(c[at - 2]));
    gsize end;
    return behind && g_unichar_isalpha(c[at]) && find(table, folded, at, &end);
}

/* A run of word characters that is no phrase ends as a whole, or where a phrase is glued to its digits; an ideograph alone. */
static gsize end_of_other(const struct phrase_table *table, const struct folded *folded, gsize at)
{
    const gunichar *c = folded->characters;
    if (!is_word(c[at++]))
        return at;
    while ((is_word(c[at]) && !is_glued(table, folded, at)) || (is_joint(c[at]) && is_word(c[at + 1])))
        at++;
    return at;
}

/* `.docx` behind `同意`: no sentence ends there, so that the name of a file is no clean statement. Returns its end, 0 when there is none. */
static gsize end_of_file_name(const struct folded *folded, gsize at)
{
    static const char *const kinds[] = {"doc", "docx", "pdf", "xls",  "xlsx", "ppt",  "pptx", "wps", "et",   "ofd",
                                        "txt", "xml",  "jpg", "jpeg", "png",  "gif",  "bmp",  "tif", "tiff", "zip",
                                        "rar", "7z",   "eml", "msg",  "htm",  "html", "csv",  "mp4", "heic", "webp"};
    if (folded->characters[at] != '.' || !is_ideograph(at > 0 ? folded->characters[at - 1] : 0))
        return 0;
    gsize length = 0;
    char kind[6];
    for (at++; is_word(folded->characters[at]) && length < sizeof kind - 1; at++)
        kind[length++] = (char)folded->characters[at];
    kind[length] = '\0';
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (!strcmp(kind, kinds[i]) && !is_word(folded->characters[at]))
            return at;
    return 0;
}

static void put(GArray *tokens, guint class, gsize start, gsize end)
{
    struct phrase_token *last = tokens->len ? &g_array_index(tokens, struct phrase_token, tokens->len - 1) : NULL;
    if (class == PHRASE_OTHER && last && last->class == PHRASE_OTHER && last->end == start) {
        last->end = end;
        return;
    }
    struct phrase_token token = {class, start, end};
    g_array_append_val(tokens, token);
}

static struct folded fold(const char *text)
{
    gsize bytes = strlen(text);
    struct folded folded = {text, g_new(gunichar, bytes + 3), g_new(gsize, bytes + 3), 0};
    const guint16 *table = folding();
    for (const char *p = text; *p; p = g_utf8_next_char(p)) {
        gunichar c = (guchar)*p < 0x80 ? (gunichar)*p : g_utf8_get_char(p);
        folded.offsets[folded.length] = (gsize)(p - text);
        folded.characters[folded.length++] = c < PLANE ? table[c] : c;
    }
    for (gsize i = 0; i < 3; i++) {
        folded.offsets[folded.length + i] = bytes;
        folded.characters[folded.length + i] = 0;
    }
    return folded;
}

static gsize read_one(const struct phrase_table *table, const struct folded *folded, gsize at, GArray *tokens)
{
    gunichar c = folded->characters[at];
    gsize end = 0;
    guint class = PHRASE_OTHER;
    if (c == ' ' || c == '\t') {
        end = skip_spaces(folded, at);
        if ((at > 0 && is_ideograph(folded->characters[at - 1])) || is_ideograph(folded->characters[end]))
            put(tokens, PHRASE_BREAK, folded->offsets[at], folded->offsets[end]);
        return end;
    }
    const struct entry *entry = find(table, folded, at, &end);
    gsize kind = entry ? 0 : end_of_file_name(folded, at);
    if (entry)
        class = entry->class;
    else if (c == '\n')
        class = PHRASE_LINE;
    else if (kind == 0 && !is_word(c) && !is_ideograph(c))
        class = punctuation(folded, at);
    if (kind > 0)
        end = kind;
    else if (!entry)
        end = class == PHRASE_OTHER ? end_of_other(table, folded, at) : at + 1;
    put(tokens, class, folded->offsets[at], folded->offsets[end]);
    return end;
}

GArray *phrase_read(const struct phrase_table *table, const char *text)
{
    GArray *tokens = g_array_new(FALSE, FALSE, sizeof(struct phrase_token));
    struct folded folded = fold(text);
    for (gsize at = 0; at < folded.length;)
        at = read_one(table, &folded, at, tokens);
    g_free(folded.characters);
    g_free(folded.offsets);
    return tokens;
}

static gboolean reads(const char *at, const char *end, const char *phrase)
{
    for (; at < end; at = g_utf8_next_char(at)) {
        gunichar character = phrase_fold(g_utf8_get_char(at));
        if (character == ' ' || character == '\t')
            continue;
        if (character != g_utf8_get_char(phrase))
            return FALSE;
        phrase = g_utf8_next_char(phrase);
    }
    return *phrase == '\0';
}

gboolean phrase_is(const char *text, const struct phrase_token *token, const char *const *phrases)
{
    for (; *phrases; phrases++)
        if (reads(text + token->start, text + token->end, *phrases))
            return TRUE;
    return FALSE;
}
