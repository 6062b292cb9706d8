#include "mailflow/signoff.h"

#include <string.h>

#include "mailflow/phrase.h"
#include "mailflow/vocabulary.h"
#include "mailflow/wording.h"

#define LOOKED_AT 300
#define MOST_LINES 12        /* a signature is short */
#define LONGEST_LATIN 40     /* bytes of a name in Latin letters */
#define MOST_NAMES 4         /* words of it */
#define LONGEST_SHORT_NAME 3 /* ideographs of a name that its surname alone tells from words */

/* The commonest surnames, by far most people's. */
static const char surnames[] = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任"
                               "卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦"
                               "邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁"
                               "岳翟申詹欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪"
                               "梅童凌毕单季裴霍涂成苗谷曲盛冉骆蓝路游靳辛管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤时阳阎穆农司卓古吉缪简车"
                               "项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗"
                               "張劉陳楊黃趙吳孫馬鄭謝許韓馮鄧蕭蔣餘葉蘇呂盧鍾譚陸賈賀顧龔邵萬錢戴嚴湯溫龐顏莊聶魯關蘭紀單畢塗駱藍";

/* Words of judgement keep a line in. */
static gboolean judges(const char *line)
{
    static const char *const words[] = {"同意", "通过", "批准", "驳",   "退",   "不", "未", "缺", "没", "无", "拒", "否", "撤",
                                        "停",   "留档", "归档", "原因", "理由", "请", "错", "误", "全", "清", "改", "补", "过期"};
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        if (strstr(line, words[i]))
            return TRUE;
    return FALSE;
}

static gboolean is_address(const char *line)
{
    const char *at = strchr(line, '@');
    return at && at > line && strchr(at, '.') && !strpbrk(line, " ,;:") && (guchar)line[0] < 0x80;
}

static gboolean is_date(const char *line)
{
    gboolean date = g_ascii_isdigit(line[0]);
    guint marks = strstr(line, "年") ? 2 : 0;
    for (const char *p = line; date && *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        date = c < 0x80 ? strchr("0123456789-/.: ", (int)c) != NULL : g_utf8_strchr("年月日时分", -1, c) != NULL;
        marks += c < 0x80 && strchr("-/.", (int)c);
    }
    return date && marks >= 2; /* `2024-0123` is a number of an archive */
}

gboolean signoff_is_block(const char *line)
{
    static const char *const offices[] = {"局",   "厅", "委员会", "公司", "中心", "处",     "科",  "学院",
                                          "学校", "部", "司",     "室",   "站",   "住建委", "集团"};
    glong characters = g_utf8_strlen(line, -1);
    if (characters > 40 || judges(line))
        return FALSE;
    g_autofree char *folded = wording_fold(line, LOOKED_AT);
    if (wording_is_contact(folded) || is_address(line))
        return TRUE;
    if (characters >= 4 && (guchar)line[0] >= 0xE3)
        for (gsize i = 0; i < G_N_ELEMENTS(offices); i++)
            if (g_str_has_suffix(line, offices[i]))
                return !strstr(line, "，") && !strstr(line, "：");
    return is_date(line);
}

gboolean signoff_is_name(const char *line)
{
    glong characters = g_utf8_strlen(line, -1);
    for (const char *p = line; *p; p = g_utf8_next_char(p))
        if (g_utf8_get_char(p) < 0x3400)
            return FALSE;
    return characters >= 2 && characters <= 4 && !judges(line);
}

/* `张三`, `张三 敬上`: short, and a surname first. */
static gboolean has_surname(const char *line)
{
    static const char *const humble[] = {"敬上", "谨启", "拜上", "敬启", "上"};
    g_autofree char *name = g_strdup(line);
    gboolean signs = FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(humble); i++)
        if (g_str_has_suffix(name, humble[i])) {
            name[strlen(name) - strlen(humble[i])] = '\0';
            g_strchomp(name);
            signs = TRUE;
            break;
        }
    return signoff_is_name(name) &&
           (signs || (g_utf8_strlen(name, -1) <= LONGEST_SHORT_NAME && g_utf8_strchr(surnames, -1, g_utf8_get_char(name))));
}

/* `Reviewer A`, `-Test`, `*测试甲*`: words that the vocabulary does not know, each with a capital. */
static gboolean is_latin_name(const char *line)
{
    gsize length = strlen(line), words = 0;
    if (length > LONGEST_LATIN || strpbrk(line, ":;?@0123456789"))
        return FALSE;
    g_autoptr(GArray) tokens = phrase_read(vocabulary_verdict(), line);
    for (guint i = 0; i < tokens->len; i++) {
        const struct phrase_token *token = &g_array_index(tokens, struct phrase_token, i);
        if (token->class == PHRASE_BREAK || (token->class == PHRASE_STOP && line[token->start] == '.'))
            continue;
        if (token->class != PHRASE_OTHER || !g_ascii_isupper(line[token->start]))
            return FALSE;
        words++;
    }
    return words >= 1 && words <= MOST_NAMES;
}

/* Thanks and nothing else: a signature may follow. */
static gboolean is_thanks(const char *line)
{
    g_autofree char *folded = wording_fold(line, LOOKED_AT);
    if (wording_is_closing(folded))
        return TRUE;
    g_autoptr(GArray) tokens = phrase_read(vocabulary_verdict(), line);
    guint courtesies = 0;
    for (guint i = 0; i < tokens->len; i++) {
        guint class = g_array_index(tokens, struct phrase_token, i).class;
        if (class != WORD_COURTESY && class != PHRASE_BREAK && class != PHRASE_STOP && class != PHRASE_OTHER)
            return FALSE;
        if (class == PHRASE_OTHER && courtesies == 0)
            return FALSE;
        courtesies += class == WORD_COURTESY;
    }
    return courtesies > 0 && strlen(line) <= LONGEST_LATIN;
}

/* Whether the line at `at` is a name; `below` tells that something of a signature follows. */
static gboolean is_signed(char **lines, guint at, gboolean below)
{
    const char *line = lines[at], *before = at > 0 ? lines[at - 1] : NULL;
    gboolean apart = before && (!*before || is_thanks(before));
    g_autofree char *bare = g_strdup(line);
    g_strdelimit(bare, "*_()|~", ' ');
    g_strstrip(bare);
    if (has_surname(bare) || (apart && line[0] == '*' && signoff_is_name(bare)))
        return TRUE;
    return (apart || below) && (is_latin_name(bare) || ((below || is_thanks(before)) && signoff_is_name(bare)));
}

gsize signoff_start(const char *text, gsize length, gboolean bare)
{
    g_autofree char *copy = g_strndup(text, length);
    g_auto(GStrv) lines = g_strsplit(copy, "\n", -1);
    guint count = g_strv_length(lines), kept = count, first = 0;
    for (guint i = 0; i < count; i++)
        g_strstrip(lines[i]);
    while (first < count && !*lines[first])
        first++;
    gboolean below = FALSE;
    while (kept > first + (bare ? 0 : 1) && count - kept < MOST_LINES) {
        guint at = kept - 1;
        gboolean block = *lines[at] && at > first && (signoff_is_block(lines[at]) || is_thanks(lines[at]));
        gboolean name = *lines[at] && !block && (at > first || first > 1) && is_signed(lines, at, below);
        if (*lines[at] && !block && !name)
            break;
        below = below || block || name;
        kept--;
    }
    if (!below)
        return length;
    gsize start = 0;
    for (const char *p = text; kept > 0 && start < length; kept--, p = text + start)
        start += strcspn(p, "\n") + 1;
    return MIN(start, length);
}
