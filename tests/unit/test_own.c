#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "mailflow/own.h"
#include "mailflow/verdict.h"

#define GOLDEN "tests/golden/own"

/* NAME.txt, NAME.flowed or NAME.html is a body as a client writes it, NAME.want the person's words in it. */
static int differs_from_golden(const char *name)
{
    g_autofree char *path = g_build_filename(GOLDEN, name, NULL), *stem = g_strdup(path), *body = NULL, *want = NULL;
    *strrchr(stem, '.') = '\0';
    g_autofree char *want_path = g_strconcat(stem, ".want", NULL);
    assert_true(g_file_get_contents(path, &body, NULL, NULL));
    assert_true(g_file_get_contents(want_path, &want, NULL, NULL));
    gboolean html = g_str_has_suffix(name, ".html");
    g_autofree char *words = own_words(html ? NULL : body, g_str_has_suffix(name, ".flowed"), html ? body : NULL, NULL);
    if (!strcmp(words, g_strchomp(want)))
        return 0;
    print_error("%s: got [%s], want [%s]\n", name, words, want);
    return 1;
}

static void test_finds_the_words_in_each_clients_mail(void **state)
{
    (void)state;
    g_autoptr(GDir) directory = g_dir_open(GOLDEN, 0, NULL);
    assert_non_null(directory);
    int wrong = 0, count = 0;
    for (const char *name; (name = g_dir_read_name(directory));)
        if (!g_str_has_suffix(name, ".want")) {
            wrong += differs_from_golden(name);
            count++;
        }
    assert_int_equal(wrong, 0);
    assert_true(count >= 20);
}

struct row {
    const char *plain, *html, *want;
};

static const struct row rows[] = {
    {NULL, NULL, ""},
    {"", "", ""},
    {"同意", NULL, "同意"},
    {" \r\n\xC2\xA0\r\n", "<div>同意</div>", "同意"},
    {"&nbsp;\n&nbsp;", "<p>同意</p>", "同意"},
    {"<html><body><p>同意</p></body></html>", NULL, "同意"},
    {"同意", "<p>不同意</p>", "同意"},
    {"\xEF\xBB\xBF同\xE2\x80\x8B意\r\n\r\n", NULL, "同意"},
    {"> 同意\n> 不同意\n", NULL, ""},
    {">同意\n", "<blockquote>同意</blockquote>", ""},
    {"&gt; 同意", NULL, ""},
    {"＞同意", NULL, ""},
    {"[外部邮件] 同意", NULL, "同意"},
    {"【外部邮件】\n同意", NULL, "同意"},
    {"CAUTION: This email originated from outside of the organization.\n\nApproved", NULL, "Approved"},
    {"-- \n测试甲\n\n> 同意\n", NULL, ""},
    {"同意\n-- \n测试甲\n不同意", NULL, "同意"},
    {"发自我的iPhone\n\n同意", NULL, "同意"},
    {"同意\n\n发自我的手机", NULL, "同意"},
    {"同意\n\n\n\n谢谢", NULL, "同意\n\n谢谢"},
};

static void test_reads_small_bodies(void **state)
{
    (void)state;
    int wrong = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *words = own_words(rows[i].plain, FALSE, rows[i].html, NULL);
        if (strcmp(words, rows[i].want)) {
            print_error("%zu: got [%s], want [%s]\n", i, words, rows[i].want);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

/* What introduces a quotation in each language; the words above it are the person's, those below it are not. */
static const char *const attributions[] = {
    "On Mon, Jan 1, 2024 at 10:00 AM Test A <a@example.com> wrote:",
    "On Mon, Jan 1, 2024 at 10:00 AM Test A With A Long "
    "Name\n<reply+0123456789abcdef0123456789abcdef0123456789abcdef@example.com>\nwrote:",
    "On Mon, Jan 1, 2024 at 10:00 AM\nTest A With A Long Name <\nreply+0123456789abcdef0123456789abcdef@example.com> wrote:",
    "At 2024-01-01 10:00:00, \"测试甲\" <a@example.com> wrote:",
    "在 2022-06-25 17:44:48，\"测试甲\" <a@example.com> 写道：",
    "在 2024年1月1日，10:00，测试甲 <a@example.com> 写道：",
    "测试甲 <a@example.com> 于2024年1月1日周一 10:00写道：",
    "測試甲 <a@example.com> 於 2024年1月1日 週一 上午10:00寫道：",
    "Am 01.01.2024 um 10:00 schrieb Test A <a@example.com>:",
    "Am Mo., 1. Jan. 2024 um 10:00 Uhr schrieb Test A With A Long Name <\na@example.com>:",
    "Le lun. 1 janv. 2024 à 10:00, Test A <a@example.com> a écrit :",
    "El lun, 1 ene 2024 a las 10:00, Test A (<a@example.com>) escribió:",
    "Il giorno lun 1 gen 2024 alle ore 10:00 Test A <a@example.com> ha scritto:",
    "Em seg., 1 de jan. de 2024 às 10:00, Test A <a@example.com> escreveu:",
    "Op ma 1 jan 2024 om 10:00 schreef Test A <a@example.com>:",
    "Den mån 1 jan. 2024 kl 10:00 skrev Test A <a@example.com>:",
    "man. 1. jan. 2024 kl. 10.00 skrev Test A <a@example.com>:",
    "ma 1. tammik. 2024 klo 10.00 Test A (a@example.com) kirjoitti:",
    "pon., 1 sty 2024 o 10:00 Test A <a@example.com> napisał(a):",
    "W dniu 01.01.2024 o 10:00, Test A pisze:",
    "po 1. 1. 2024 v 10:00 odesílatel Test A <a@example.com> napsal:",
    "пн, 1 янв. 2024 г. в 10:00, Test A <a@example.com>:",
    "01.01.2024 10:00, Test A пишет:",
    "Понедельник, 1 января 2024, 10:00 +03:00 от Test A <a@example.com>:",
    "Test A <a@example.com> ezt írta (időpont: 2024. jan. 1., H, 10:00):",
    "Test A <a@example.com>, 1 Oca 2024 Pzt, 10:00 tarihinde şunu yazdı:",
    "2024年1月1日(月) 10:00 Test A <a@example.com>:",
    "2024年1月1日(月) 10:00 Test A <a@example.com> のメッセージ:",
    "2024년 1월 1일 (월) 오전 10:00, Test A <a@example.com>님이 작성:",
    "Vào Th 2, 1 thg 1, 2024 vào lúc 10:00 Test A <a@example.com> đã viết:",
    "Pada Sen, 1 Jan 2024 10.00, Test A <a@example.com> menulis:",
    "În lun., 1 ian. 2024 la 10:00, Test A <a@example.com> a scris:",
    "Στις Δευ 1 Ιαν 2024 στις 10:00 π.μ., ο χρήστης Test A <a@example.com> έγραψε:",
    "------------------ 原始邮件 ------------------",
    "------------------&nbsp;原始邮件&nbsp;------------------",
    "------------------ Original ------------------",
    "---Original---",
    "-----原始邮件-----",
    "-----Original Message-----",
    "----- Original Message -----",
    "-------- Forwarded Message --------",
    "-------- 转发邮件信息 --------",
    "---- 回复的原邮件 ----",
    "---- Replied Message ----",
    "-----Ursprüngliche Nachricht-----",
    "-----Message d'origine-----",
    "-----Mensaje original-----",
    "---------- 原始邮件 ----------",
    "---- On Mon, 01 Jan 2024 10:00:00 +0800 Test A <a@example.com> wrote ----",
    "-----\"Test A\" <a@example.com> wrote: -----",
    "________________________________\nFrom: Test A <a@example.com>\nSent: Monday, January 1, 2024 10:00\nTo: "
    "b@example.com\nSubject: x",
    "________________________________\n发件人: 测试甲 <a@example.com>\n发送时间: 2024年1月1日 10:00\n收件人: b@example.com\n主题: "
    "x",
    "发件人： 测试甲\n发送时间： 2024-01-01 10:00\n收件人： b\n主题： x",
    "发件人：\u00A0测试甲\n发送时间：\u00A02024-01-01\u00A010:00",
    "------------------------------------------------------------------\n发件人：测试甲<a@example.com>\n发送时间：2024年1月1日("
    "星期一) 10:00\n收件人：b<b@example.com>\n抄　送：c<c@example.com>\n主　题：x",
    "寄件者: 測試甲\n寄件日期: 2024年1月1日\n收件者: b\n主旨: x",
    "*From:* Test A <a@example.com>\n*Sent:* Monday, January 1, 2024 10:00 AM\n*To:* b\n*Subject:* x",
    "From: Test A\n\nSent: Monday\n\nTo: b\n\nSubject: x",
    "Von: Test A <a@example.com>\nGesendet: Montag, 1. Januar 2024\nAn: b\nBetreff: x",
    "De : Test A\nEnvoyé : lundi 1 janvier 2024\nÀ : b\nObjet : x",
    "De: Test A\nEnviado el: lunes, 1 de enero de 2024\nPara: b\nAsunto: x",
    "差出人: Test A\n送信日時: 2024年1月1日\n宛先: b\n件名: x",
    "보낸 사람: Test A\n보낸 날짜: 2024년 1월 1일\n받는 사람: b\n제목: x",
    "От: Test A\nОтправлено: 1 января 2024\nКому: b\nТема: x",
};

static const char *const above[] = {"同意\n留档编号：济建留档〔2024〕0123号", "不同意\n原因：材料不全", "Approved, thanks"};

static void test_stops_where_the_answered_mail_begins(void **state)
{
    (void)state;
    static const char *const gaps[] = {"\n", "\n\n", "\n\n\n", "\r\n\r\n"};
    static const char *const below[] = {"\n\n> 不同意\n> 同意\n", "\n\n同意\n不同意\n", "\n>同意\n", "\n"};
    for (gsize a = 0; a < G_N_ELEMENTS(attributions); a++)
        for (gsize o = 0; o < G_N_ELEMENTS(above); o++)
            for (gsize g = 0; g < G_N_ELEMENTS(gaps) * G_N_ELEMENTS(below); g++) {
                g_autofree char *body = g_strconcat(above[o], gaps[g % 4], attributions[a], below[g / 4], NULL);
                g_autofree char *words = own_words(body, FALSE, NULL, NULL);
                assert_string_equal(words, above[o]);
            }
}

static void test_finds_nothing_in_quotes_alone(void **state)
{
    (void)state;
    for (gsize a = 0; a < G_N_ELEMENTS(attributions); a++) {
        g_autofree char *body = g_strconcat(attributions[a], "\n\n> 同意\n>\n> 不同意\n", NULL);
        g_autofree char *words = own_words(body, FALSE, NULL, NULL);
        assert_string_equal(words, "");
        g_autofree char *unmarked = g_strconcat(attributions[a], "\n\n同意\n\n不同意\n", NULL);
        g_autofree char *none = own_words(unmarked, FALSE, NULL, NULL);
        assert_string_equal(none, "");
    }
}

static void test_finds_words_below_and_between_marked_quotes(void **state)
{
    (void)state;
    for (gsize a = 0; a < 33; a++) {
        g_autofree char *body = g_strconcat(attributions[a], "\n> 第一\n>\n\n不同意\n\n> 第二\n\n材料不全\n", NULL);
        g_autofree char *words = own_words(body, FALSE, NULL, NULL);
        assert_string_equal(words, "不同意\n\n材料不全");
    }
}

static void test_reads_any_body_in_bounded_time(void **state)
{
    (void)state;
    static const char *const pieces[] = {">",         "> ",
                                         "<div>",     "<",
                                         "<b></i>",   "On \n",
                                         "On 1\n",    "a:\n",
                                         "-----\n",   "From: a\n",
                                         "To: a\n\n", "&nbsp;",
                                         "&",         "<!--",
                                         "<a ",       " b=c ",
                                         "<a href=",  "\n",
                                         " ",         "a",
                                         "同意",      "</div>",
                                         "<p>",       "<td><tr>",
                                         "<table>",   "<x y=\"",
                                         "'\">",      "在 2024\n",
                                         "写道：\n",  "\"@1:\n",
                                         "--- ",      "<blockquote>",
                                         "\r",        "-",
                                         "<s>",       "<select>",
                                         "<![CDATA[", "<?",
                                         "<!",        "&#",
                                         "\xC2\xA0",  "<font color=\"red\">",
                                         "<style>",   "<svg>",
                                         "[EXTERNAL]"};
    alarm(60);
    for (gsize i = 0; i < G_N_ELEMENTS(pieces); i++) {
        g_autoptr(GString) body = g_string_new("<div ");
        for (int turn = 0; turn < 2; turn++) {
            while (body->len < 1 << 20)
                g_string_append(body, pieces[i]);
            g_autofree char *plain = own_words(body->str, i % 2, NULL, NULL);
            g_autofree char *html = own_words(NULL, FALSE, body->str, NULL);
            assert_non_null(plain);
            assert_non_null(html);
            g_string_truncate(body, 0);
        }
    }
    alarm(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_finds_the_words_in_each_clients_mail),        cmocka_unit_test(test_reads_small_bodies),
        cmocka_unit_test(test_stops_where_the_answered_mail_begins),        cmocka_unit_test(test_finds_nothing_in_quotes_alone),
        cmocka_unit_test(test_finds_words_below_and_between_marked_quotes), cmocka_unit_test(test_reads_any_body_in_bounded_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
