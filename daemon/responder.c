#include "daemon/responder.h"

#include <sys/random.h>

#include "daemon/log.h"
#include "daemon/outage.h"
#include "daemon/transport.h"
#include "mailflow/limits.h"

#define CONNECT_MS 2000L
#define ANSWER_MS 3000L   /* for the whole of it */
#define QUESTIONS_MOST 32 /* at once */
#define CONNECTIONS 8L
#define SILENCES_MOST 1000 /* remembered */
#define MINUTE_MS 60000LL
#define PAUSE_MS (2 * MINUTE_MS) /* more than passes between two questions while mail waits */

struct silence { /* of a responder, or about one certificate */
    struct outage outage;
    gint64 since, last; /* the first question in a row that got no answer, and the last */
    char *name;
};

struct responders {
    struct trust *trust;
    gint64 patience;      /* milliseconds */
    GHashTable *silences; /* a responder's URL, or a question's key -> struct silence */
};

struct call { /* one question on its way */
    struct ocsp_question *question;
    CURL *curl;
    struct curl_slist *header;
    GByteArray *answer;
};

static void silence_free(gpointer data)
{
    struct silence *silence = data;

    g_free(silence->name);
    g_free(silence);
}

struct responders *responders_open(struct trust *trust, guint minutes)
{
    struct responders *responders = g_new0(struct responders, 1);

    responders->trust = trust;
    responders->patience = minutes * MINUTE_MS;
    responders->silences = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, silence_free);
    return responders;
}

void responders_close(struct responders *responders)
{
    if (!responders)
        return;
    g_hash_table_unref(responders->silences);
    g_free(responders);
}

static GPtrArray *questions_of(const struct responders *responders, const struct message *message, gint64 now)
{
    const struct signature *signature = message ? message->signature : NULL;
    guint8 nonce[OCSP_NONCE_BYTES];

    if (!signature || signature->state != SIGNATURE_INTACT)
        return g_ptr_array_new();
    if (getrandom(nonce, sizeof nonce, 0) != sizeof nonce)
        g_error("the system has no random bytes");
    return trust_questions(responders->trust, signature->certificate, signature->chain, now / 1000, nonce);
}

static struct silence *silence_about(const struct responders *responders, const char *whom)
{
    return g_hash_table_lookup(responders->silences, whom);
}

static gboolean is_silent(const struct responders *responders, const char *whom, gint64 now)
{
    const struct silence *silence = silence_about(responders, whom);

    return silence && outage_pauses(&silence->outage, now);
}

static void note_silence(struct responders *responders, const char *whom, char *name /* taken */, GError *why /* taken */,
                         gint64 now)
{
    struct silence *silence = silence_about(responders, whom);

    if (!silence) {
        if (g_hash_table_size(responders->silences) >= SILENCES_MOST)
            g_hash_table_remove_all(responders->silences);
        silence = g_new0(struct silence, 1);
        silence->name = g_steal_pointer(&name);
        silence->outage.name = silence->name;
        g_hash_table_insert(responders->silences, g_strdup(whom), silence);
    }
    g_free(name);
    /* What it did in between nobody knows: who comes now has their own time to wait. */
    if (!silence->last || now - silence->last > responders->patience + PAUSE_MS || now < silence->last)
        silence->since = now;
    silence->last = now;
    outage_note(&silence->outage, why, now);
}

static void note_word(struct responders *responders, const char *whom)
{
    struct silence *silence = silence_about(responders, whom);

    if (!silence)
        return;
    outage_over(&silence->outage);
    g_hash_table_remove(responders->silences, whom);
}

static size_t take(char *bytes, size_t one, size_t count, void *context)
{
    GByteArray *answer = context;

    if (answer->len + one * count > LIMIT_OCSP_BYTES)
        return 0;
    g_byte_array_append(answer, (const guint8 *)bytes, (guint)(one * count));
    return one * count;
}

static void call_begin(struct call *call, CURLM *calls)
{
    const struct transport_options options = {.url = call->question->url};
    gsize size;
    const void *request = g_bytes_get_data(call->question->request, &size);

    call->answer = g_byte_array_new();
    call->header = curl_slist_append(NULL, "Content-Type: application/ocsp-request");
    call->curl = transport_open(&options, NULL); /* without a user there is nothing to be wrong */
    curl_easy_setopt(call->curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(call->curl, CURLOPT_POSTFIELDSIZE, (long)size);
    curl_easy_setopt(call->curl, CURLOPT_POSTFIELDS, request);
    curl_easy_setopt(call->curl, CURLOPT_HTTPHEADER, call->header);
    curl_easy_setopt(call->curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
    curl_easy_setopt(call->curl, CURLOPT_TIMEOUT_MS, ANSWER_MS);
    /* A name server may take longer: the thread that asks it ends by itself. */
    curl_easy_setopt(call->curl, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(call->curl, CURLOPT_MAXFILESIZE, (long)LIMIT_OCSP_BYTES);
    curl_easy_setopt(call->curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(call->curl, CURLOPT_WRITEDATA, call->answer);
    curl_easy_setopt(call->curl, CURLOPT_PRIVATE, call);
    curl_multi_add_handle(calls, call->curl);
}

/* NULL when a web server has answered at all. */
static GError *fault_of(const struct call *call, CURLcode code)
{
    long status = 0;

    if (code == CURLE_WRITE_ERROR || code == CURLE_FILESIZE_EXCEEDED)
        return g_error_new_literal(G_IO_ERROR, G_IO_ERROR_FAILED, "its answer is larger than allowed");
    if (code != CURLE_OK)
        return g_error_new_literal(G_IO_ERROR, G_IO_ERROR_FAILED, curl_easy_strerror(code));
    curl_easy_getinfo(call->curl, CURLINFO_RESPONSE_CODE, &status);
    return status == 200 ? NULL : g_error_new(G_IO_ERROR, G_IO_ERROR_FAILED, "HTTP status %ld", status);
}

static void call_end(struct responders *responders, const struct call *call, CURLcode code, gint64 now)
{
    const struct ocsp_question *question = call->question;
    GError *fault = fault_of(call, code);

    if (fault) {
        note_silence(responders, question->url, g_strdup_printf("responder %s", question->url), fault, now);
        return;
    }
    note_word(responders, question->url);
    if (trust_add_answer(responders->trust, question, call->answer->data, call->answer->len, now / 1000, &fault))
        note_word(responders, question->key);
    else
        note_silence(responders, question->key,
                     g_strdup_printf("answer of responder %s about the certificate of %s", question->url, question->line), fault,
                     now);
}

static void call_clear(struct call *call, CURLM *calls)
{
    curl_multi_remove_handle(calls, call->curl);
    curl_easy_cleanup(call->curl);
    curl_slist_free_all(call->header);
    g_byte_array_unref(call->answer);
}

static void carry(CURLM *calls)
{
    for (int running = 1; running && curl_multi_perform(calls, &running) == CURLM_OK && running;)
        curl_multi_poll(calls, NULL, 0, 1000, NULL);
}

static void ask_all(struct responders *responders, GPtrArray *questions, gint64 now)
{
    g_autofree struct call *all = g_new0(struct call, questions->len);
    CURLM *calls = curl_multi_init();
    CURLMsg *done;
    int left;

    curl_multi_setopt(calls, CURLMOPT_MAX_HOST_CONNECTIONS, CONNECTIONS);
    for (guint i = 0; i < questions->len; i++) {
        all[i].question = g_ptr_array_index(questions, i);
        call_begin(&all[i], calls);
    }
    carry(calls);
    while ((done = curl_multi_info_read(calls, &left)) != NULL) {
        struct call *call = NULL;
        curl_easy_getinfo(done->easy_handle, CURLINFO_PRIVATE, &call);
        call_end(responders, call, done->data.result, now);
    }
    for (guint i = 0; i < questions->len; i++)
        call_clear(&all[i], calls);
    curl_multi_cleanup(calls);
}

void responders_ask(struct responders *responders, const GPtrArray *messages, gint64 now)
{
    g_autoptr(GPtrArray) questions = g_ptr_array_new_with_free_func((GDestroyNotify)ocsp_question_free);
    g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < messages->len; i++) {
        g_autoptr(GPtrArray) own = questions_of(responders, g_ptr_array_index(messages, i), now);
        for (guint k = own->len; k-- > 0;) {
            struct ocsp_question *question = g_ptr_array_index(own, k);
            if (questions->len >= QUESTIONS_MOST || is_silent(responders, question->url, now) ||
                is_silent(responders, question->key, now) || !g_hash_table_add(known, question->key))
                continue;
            g_ptr_array_add(questions, g_ptr_array_steal_index(own, k));
        }
    }
    if (questions->len)
        ask_all(responders, questions, now);
}

gboolean responders_owe(struct responders *responders, const struct message *message, gint64 now)
{
    g_autoptr(GPtrArray) questions = responders->patience ? questions_of(responders, message, now) : g_ptr_array_new();
    gboolean owe = FALSE;

    for (guint i = 0; i < questions->len; i++) {
        const struct ocsp_question *question = g_ptr_array_index(questions, i);
        const struct silence *silence = silence_about(responders, question->url);
        if (!silence)
            silence = silence_about(responders, question->key);
        owe |= !silence || now - silence->since < responders->patience;
    }
    return owe;
}

gint64 responders_again(const struct responders *responders, gint64 now)
{
    gint64 again = G_MAXINT64;
    GHashTableIter iterator;
    gpointer value;

    g_hash_table_iter_init(&iterator, responders->silences);
    while (g_hash_table_iter_next(&iterator, NULL, &value)) {
        const struct silence *silence = value;
        if (outage_pauses(&silence->outage, now))
            again = MIN(again, silence->outage.until);
    }
    return again == G_MAXINT64 ? now : again;
}
