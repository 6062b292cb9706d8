#include "mailflow/phrase.h"

#include <string.h>

struct phrase_table {
    GHashTable *by_first; /* gunichar -> GPtrArray of const struct phrase *, longest first */
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

static GHashTable *simplified(void)
{
    static gsize once;
    static GHashTable *table;
    if (g_once_init_enter(&once)) {
        table = g_hash_table_new(NULL, NULL);
        for (const char *p = pairs; *p;) {
            gunichar from = g_utf8_get_char(p);
            p = g_utf8_next_char(p);
            g_hash_table_insert(table, GUINT_TO_POINTER(from), GUINT_TO_POINTER(g_utf8_get_char(p)));
            p = g_utf8_next_char(p);
        }
        g_once_init_leave(&once, 1);
    }
    return table;
}

gunichar phrase_fold(gunichar c)
{
    if (c < 0x80)
        return (gunichar)g_ascii_tolower((char)c);
    if (c >= 0xFF01 && c <= 0xFF5E && c != 0xFF5E)
        return (gunichar)g_ascii_tolower((char)(c - 0xFEE0));
    if (c >= 0x4E00 && c <= 0x9FFF) {
        gpointer simple = g_hash_table_lookup(simplified(), GUINT_TO_POINTER(c));
        return simple ? GPOINTER_TO_UINT(simple) : c;
    }
    if (c == 0x3000 || c == 0xA0)
        return ' ';
    if (c == 0x2018 || c == 0x2019)
        return '\'';
    return g_unichar_tolower(c);
}

static gint longer_first(gconstpointer a, gconstpointer b)
{
    const struct phrase *left = *(const struct phrase *const *)a, *right = *(const struct phrase *const *)b;
    gsize longer = strlen(right->words), shorter = strlen(left->words);
    return longer != shorter ? (longer > shorter ? 1 : -1) : (left < right ? 1 : -1);
}

struct phrase_table *phrase_table_make(const struct phrase *phrases, gsize count)
{
    struct phrase_table *table = g_new0(struct phrase_table, 1);
    table->by_first = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_ptr_array_unref);
    for (gsize i = 0; i < count; i++) {
        gpointer key = GUINT_TO_POINTER(g_utf8_get_char(phrases[i].words));
        GPtrArray *list = g_hash_table_lookup(table->by_first, key);
        if (!list) {
            list = g_ptr_array_new();
            g_hash_table_insert(table->by_first, key, list);
        }
        g_ptr_array_add(list, (gpointer)&phrases[i]);
    }
    GHashTableIter iter;
    gpointer list;
    g_hash_table_iter_init(&iter, table->by_first);
    while (g_hash_table_iter_next(&iter, NULL, &list))
        g_ptr_array_sort(list, longer_first);
    return table;
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

static const char *skip_spaces(const char *text)
{
    while (*text && phrase_fold(g_utf8_get_char(text)) == ' ')
        text = g_utf8_next_char(text);
    return text;
}

/* Where the phrase ends in the text, NULL when it does not stand there. Spaces between ideographs do not count: `不 同意`. */
static const char *match(const char *words, const char *text)
{
    gunichar wanted = 0;
    for (const char *w = words; *w; w = g_utf8_next_char(w)) {
        gunichar before = wanted;
        wanted = g_utf8_get_char(w);
        if (is_ideograph(before) && is_ideograph(wanted))
            text = skip_spaces(text);
        if (!*text || phrase_fold(g_utf8_get_char(text)) != wanted)
            return NULL;
        text = wanted == ' ' ? skip_spaces(text) : g_utf8_next_char(text);
    }
    if (!is_word(wanted))
        return text;
    gunichar next = phrase_fold(g_utf8_get_char(text));
    if (is_word(next))
        return NULL;
    return is_joint(next) && next != '/' && is_word(phrase_fold(g_utf8_get_char(g_utf8_next_char(text)))) ? NULL : text;
}

static const struct phrase *find(const struct phrase_table *table, const char *text, const char **end)
{
    GPtrArray *list = g_hash_table_lookup(table->by_first, GUINT_TO_POINTER(phrase_fold(g_utf8_get_char(text))));
    for (guint i = 0; list && i < list->len; i++) {
        const struct phrase *phrase = g_ptr_array_index(list, i);
        *end = match(phrase->words, text);
        if (*end)
            return phrase;
    }
    return NULL;
}

static guint punctuation(const char *text)
{
    gunichar c = g_utf8_get_char(text), folded = phrase_fold(c);
    if (c == '\n')
        return PHRASE_LINE;
    if (folded == '?' || c == 0x2048 || c == 0x2049 || c == 0x203D || c == 0x2753 || c == 0x2754)
        return PHRASE_ASK;
    if (c == 0x3002 || folded == '!' || folded == ';' || c == 0xFF61 || (folded == '.' && text[1] != '.'))
        return PHRASE_STOP;
    if (folded == '~')
        return text[1] == '~' && text[2] && !g_ascii_isspace(text[2]) && text[2] != '~' ? PHRASE_OTHER : PHRASE_BREAK;
    static const char breaks[] = ",:()[]{}<>\"'|/-*_=#+^";
    if (folded < 0x80)
        return strchr(breaks, (int)folded) ? PHRASE_BREAK : PHRASE_OTHER;
    static const gunichar wide[] = {0x3001,  0x3008, 0x3009, 0x300A, 0x300B,  0x300C,  0x300D,  0x300E,  0x300F,
                                    0x3010,  0x3011, 0x3014, 0x3015, 0x201C,  0x201D,  0x2013,  0x2014,  0xFF5E,
                                    0x00B7,  0x2022, 0xFF62, 0xFF63, 0x1F44D, 0x1F44C, 0x1F64F, 0x1F60A, 0x1F642,
                                    0x1F339, 0x2705, 0x2714, 0x2713, 0x221A,  0x2611,  0x1F91D, 0x1F44F};
    for (gsize i = 0; i < G_N_ELEMENTS(wide); i++)
        if (c == wide[i])
            return PHRASE_BREAK;
    return c >= 0x1F3FB && c <= 0x1F3FF ? PHRASE_BREAK : PHRASE_OTHER;
}

/* A run of word characters that is no phrase ends as a whole; an ideograph alone. */
static const char *end_of_other(const char *text)
{
    gunichar c = phrase_fold(g_utf8_get_char(text));
    text = g_utf8_next_char(text);
    if (!is_word(c))
        return text;
    for (; *text; text = g_utf8_next_char(text)) {
        c = phrase_fold(g_utf8_get_char(text));
        if (!is_word(c) && !(is_joint(c) && is_word(phrase_fold(g_utf8_get_char(g_utf8_next_char(text))))))
            break;
    }
    return text;
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

GArray *phrase_read(const struct phrase_table *table, const char *text)
{
    GArray *tokens = g_array_new(FALSE, FALSE, sizeof(struct phrase_token));
    gunichar before = 0;
    for (const char *p = text; *p;) {
        gunichar c = g_utf8_get_char(p);
        const char *end = NULL;
        if (phrase_fold(c) == ' ' || c == '\t') {
            for (end = p; *end == '\t' || phrase_fold(g_utf8_get_char(end)) == ' ';)
                end = g_utf8_next_char(end);
            gunichar after = g_utf8_get_char(end);
            if (is_ideograph(before) || is_ideograph(after))
                put(tokens, PHRASE_BREAK, (gsize)(p - text), (gsize)(end - text));
            p = end;
            continue;
        }
        const struct phrase *phrase = find(table, p, &end);
        guint class = phrase ? phrase->class : PHRASE_OTHER;
        if (!phrase) {
            class = is_word(phrase_fold(c)) || is_ideograph(c) ? PHRASE_OTHER : punctuation(p);
            end = class == PHRASE_OTHER ? end_of_other(p) : g_utf8_next_char(p);
        }
        put(tokens, class, (gsize)(p - text), (gsize)(end - text));
        before = c;
        for (const char *q = p; q < end; q = g_utf8_next_char(q))
            before = g_utf8_get_char(q);
        p = end;
    }
    return tokens;
}
