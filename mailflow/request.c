#include "mailflow/request.h"

void request_free(struct request *request)
{
    if (!request)
        return;
    g_free(request->id);
    g_free(request->type);
    g_free(request->state);
    g_free(request->division);
    g_free(request->applicant);
    g_free(request->mail);
    g_free(request->name);
    g_free(request->language);
    g_free(request->subject);
    g_free(request->form);
    g_free(request->digest);
    g_free(request->client_ref);
    g_free(request->previous);
    g_free(request->successor);
    g_free(request->receiver);
    g_free(request->before);
    g_free(request->thread);
    g_free(request->proof);
    g_free(request);
}

void step_free(struct step *step)
{
    if (!step)
        return;
    g_free(step->request);
    g_free(step->state);
    g_free(step->division);
    g_free(step->verdict);
    g_free(step->reviewer);
    g_free(step->reviewer_name);
    g_free(step->reason);
    g_free(step->archive);
    g_free(step->message);
    g_free(step);
}

void ticket_free(struct ticket *ticket)
{
    if (!ticket)
        return;
    g_free(ticket->hash);
    g_free(ticket->request);
    g_free(ticket->role);
    g_free(ticket->person);
    g_free(ticket->mail);
    g_free(ticket->name);
    g_free(ticket->language);
    g_free(ticket->digest);
    g_free(ticket->message_id);
    g_free(ticket->fate);
    g_free(ticket);
}

void held_free(struct held *held)
{
    if (!held)
        return;
    g_free(held->request);
    g_free(held->verdict);
    g_free(held->reviewer);
    g_free(held->name);
    g_free(held->mail);
    g_free(held->language);
    g_free(held->reason);
    g_free(held->archive);
    g_free(held->message);
    g_free(held->origin);
    g_free(held);
}

static void docket_item_free(gpointer data)
{
    struct docket_item *item = data;
    g_free(item->request);
    g_free(item->digest);
    g_free(item);
}

struct docket *docket_new(void)
{
    struct docket *docket = g_new0(struct docket, 1);

    docket->items = g_ptr_array_new_with_free_func(docket_item_free);
    return docket;
}

void docket_add(struct docket *docket, const char *request, int step, const char *digest)
{
    struct docket_item *item = g_new0(struct docket_item, 1);

    item->request = g_strdup(request);
    item->step = step;
    item->digest = g_strdup(digest);
    g_ptr_array_add(docket->items, item);
}

void docket_free(struct docket *docket)
{
    if (!docket)
        return;
    g_free(docket->hash);
    g_free(docket->day);
    g_free(docket->person);
    g_free(docket->mail);
    g_free(docket->name);
    g_free(docket->language);
    g_free(docket->message_id);
    g_free(docket->fate);
    g_ptr_array_unref(docket->items);
    g_free(docket);
}

void delegation_free(struct delegation *delegation)
{
    if (!delegation)
        return;
    g_free(delegation->request);
    g_free(delegation->person);
    g_free(delegation->delegate);
    g_free(delegation->name);
    g_free(delegation);
}

gboolean ticket_usable(const struct ticket *ticket)
{
    return !ticket->fate || g_str_equal(ticket->fate, "undeliverable");
}

GPtrArray *request_list(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)request_free);
}

GPtrArray *step_list(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)step_free);
}

GPtrArray *ticket_list(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)ticket_free);
}

GPtrArray *delegation_list(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)delegation_free);
}
