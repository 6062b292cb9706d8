#include "daemon/sandbox.h"

#include <errno.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#if defined(__SANITIZE_ADDRESS__)
#define SANITISED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define SANITISED 1
#endif
#endif
#ifndef SANITISED
#define SANITISED 0
#endif

/* Memory, signals to itself, time, and the descriptors it has. */
static const int parser_calls[] = {
    SCMP_SYS(read),         SCMP_SYS(write),         SCMP_SYS(readv),
    SCMP_SYS(writev),       SCMP_SYS(recvfrom),      SCMP_SYS(recvmsg),
    SCMP_SYS(sendto),       SCMP_SYS(sendmsg),       SCMP_SYS(close),
    SCMP_SYS(fstat),        SCMP_SYS(lseek),         SCMP_SYS(poll),
    SCMP_SYS(ppoll),        SCMP_SYS(brk),           SCMP_SYS(munmap),
    SCMP_SYS(mremap),       SCMP_SYS(madvise),       SCMP_SYS(futex),
    SCMP_SYS(getrandom),    SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres),
    SCMP_SYS(gettimeofday), SCMP_SYS(time),          SCMP_SYS(setitimer),
    SCMP_SYS(getitimer),    SCMP_SYS(getpid),        SCMP_SYS(gettid),
    SCMP_SYS(tgkill),       SCMP_SYS(rt_sigaction),  SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack),   SCMP_SYS(restart_syscall),
    SCMP_SYS(sched_yield),  SCMP_SYS(exit),          SCMP_SYS(exit_group),
};

/* What libraries try and live without. */
static const int parser_refusals[] = {
    SCMP_SYS(open),
    SCMP_SYS(openat),
    SCMP_SYS(openat2),
    SCMP_SYS(creat),
    SCMP_SYS(access),
    SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2),
    SCMP_SYS(stat),
    SCMP_SYS(lstat),
    SCMP_SYS(newfstatat),
    SCMP_SYS(statx),
    SCMP_SYS(readlink),
    SCMP_SYS(readlinkat),
    SCMP_SYS(getcwd),
    SCMP_SYS(ioctl),
    SCMP_SYS(fcntl),
    SCMP_SYS(socket),
    SCMP_SYS(socketpair),
    SCMP_SYS(connect),
    SCMP_SYS(bind),
    SCMP_SYS(sysinfo),
    SCMP_SYS(uname),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(prlimit64),
    SCMP_SYS(getrlimit),
};

static const int worker_refusals[] = {
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(kcmp),
    SCMP_SYS(mount),
    SCMP_SYS(umount2),
    SCMP_SYS(pivot_root),
    SCMP_SYS(chroot),
    SCMP_SYS(unshare),
    SCMP_SYS(setns),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(delete_module),
    SCMP_SYS(kexec_load),
    SCMP_SYS(kexec_file_load),
    SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(add_key),
    SCMP_SYS(request_key),
    SCMP_SYS(keyctl),
    SCMP_SYS(reboot),
    SCMP_SYS(swapon),
    SCMP_SYS(swapoff),
    SCMP_SYS(settimeofday),
    SCMP_SYS(clock_settime),
    SCMP_SYS(acct),
    SCMP_SYS(quotactl),
    SCMP_SYS(iopl),
    SCMP_SYS(ioperm),
};

static gboolean refuse(GError **error, const char *what, int code)
{
    g_set_error(error, G_IO_ERROR, g_io_error_from_errno(code), "sandbox: %s: %s", what, g_strerror(code));
    return FALSE;
}

static gboolean add_rules(scmp_filter_ctx filter, guint32 action, const int *calls, gsize count, GError **error)
{
    for (gsize i = 0; i < count; i++) {
        int result = seccomp_rule_add(filter, action, calls[i], 0);
        if (result < 0 && result != -EDOM) /* EDOM: not a call of this machine */
            return refuse(error, "a rule", -result);
    }
    return TRUE;
}

/* Memory, but none that can be run. */
static gboolean add_memory(scmp_filter_ctx filter, GError **error)
{
    static const int calls[] = {SCMP_SYS(mmap), SCMP_SYS(mprotect)};

    for (gsize i = 0; i < G_N_ELEMENTS(calls); i++) {
        int result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
        if (result < 0)
            return refuse(error, "a rule", -result);
    }
    return TRUE;
}

static gboolean load(scmp_filter_ctx filter, GError **error)
{
    int result = seccomp_load(filter); /* sets no_new_privs as well */

    return result < 0 ? refuse(error, "seccomp", -result) : TRUE;
}

static gboolean limit(int resource, rlim_t most, GError **error)
{
    struct rlimit value = {.rlim_cur = most, .rlim_max = most};

    return setrlimit(resource, &value) == 0 ? TRUE : refuse(error, "a resource limit", errno);
}

gboolean sandbox_enter_parser(GError **error)
{
    gboolean good = TRUE;

    if (prctl(PR_SET_DUMPABLE, 0) < 0)
        return refuse(error, "prctl", errno);
    if (!limit(RLIMIT_CORE, 0, error) || !limit(RLIMIT_NOFILE, 0, error) ||
        (!SANITISED && !limit(RLIMIT_AS, SANDBOX_MEMORY, error)))
        return FALSE;
    scmp_filter_ctx filter = seccomp_init(SANITISED ? SCMP_ACT_ALLOW : SCMP_ACT_KILL_PROCESS);
    if (!filter)
        return refuse(error, "seccomp", ENOMEM);
    good = add_rules(filter, SCMP_ACT_ERRNO(EACCES), parser_refusals, G_N_ELEMENTS(parser_refusals), error);
    if (good && SANITISED)
        good = add_rules(filter, SCMP_ACT_KILL_PROCESS, worker_refusals, G_N_ELEMENTS(worker_refusals), error);
    else if (good)
        good = add_rules(filter, SCMP_ACT_ALLOW, parser_calls, G_N_ELEMENTS(parser_calls), error) && add_memory(filter, error);
    good = good && load(filter, error);
    seccomp_release(filter);
    return good;
}

gboolean sandbox_enter_worker(GError **error)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

    if (!filter)
        return refuse(error, "seccomp", ENOMEM);
    gboolean good = limit(RLIMIT_CORE, 0, error) &&
                    add_rules(filter, SCMP_ACT_ERRNO(EPERM), worker_refusals, G_N_ELEMENTS(worker_refusals), error);
    good = good && load(filter, error);
    seccomp_release(filter);
    return good;
}
