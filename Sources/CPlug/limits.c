/* What plugins use: a guard around calls, and a thread that looks. */
#include "inside.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

uint64_t nanoseconds(clockid_t clock) {
  struct timespec now = {0};
  return clock_gettime(clock, &now) == 0 ? (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec : 0;
}

static uint64_t entries(const char *path) {
  uint64_t count = 0;
  DIR *folder = opendir(path);
  if (folder == NULL) return 0;
  for (struct dirent *entry; (entry = readdir(folder)) != NULL;) count += entry->d_name[0] != '.';
  closedir(folder);
  return count;
}

struct process_use process_use(void) {
  struct process_use use = {0};
  unsigned long all, resident = 0;
  FILE *file = fopen("/proc/self/statm", "re");
  if (file != NULL) {
    if (fscanf(file, "%lu %lu", &all, &resident) != 2) resident = 0;
    fclose(file);
  }
  use.memory = (uint64_t)resident * (uint64_t)sysconf(_SC_PAGESIZE);
  use.threads = entries("/proc/self/task");
  use.files = entries("/proc/self/fd");
  return use;
}

void plughost_limit(plughost_plugin *plugin, const plughost_limits *limits) {
  plughost_limits known = {.size = sizeof known};
  if (PLUG_HAS(limits, cpu_percent)) known.cpu_percent = limits->cpu_percent;
  if (PLUG_HAS(limits, memory_bytes)) known.memory_bytes = limits->memory_bytes;
  if (PLUG_HAS(limits, threads)) known.threads = limits->threads;
  if (PLUG_HAS(limits, files)) known.files = limits->files;
  if (PLUG_HAS(limits, call_milliseconds)) known.call_milliseconds = limits->call_milliseconds;
  pthread_mutex_lock(&plugin->lock);
  plugin->limits = known;
  pthread_mutex_unlock(&plugin->lock);
}

void plughost_enter(plughost_plugin *plugin, plughost_call *call) {
  clockid_t clock = CLOCK_THREAD_CPUTIME_ID;
  pthread_getcpuclockid(pthread_self(), &clock);
  *call = (plughost_call){.plugin = plugin,
                          .began_ns = nanoseconds(CLOCK_MONOTONIC),
                          .cpu_began_ns = nanoseconds(CLOCK_THREAD_CPUTIME_ID),
                          .thread_clock = clock};
  pthread_mutex_lock(&plugin->lock);
  call->next = plugin->calls;
  if (call->next != NULL) call->next->previous = call;
  plugin->calls = call;
  pthread_mutex_unlock(&plugin->lock);
}

void plughost_leave(plughost_call *call) {
  plughost_plugin *plugin = call->plugin;
  uint64_t wall = nanoseconds(CLOCK_MONOTONIC) - call->began_ns;
  uint64_t cpu = nanoseconds(CLOCK_THREAD_CPUTIME_ID) - call->cpu_began_ns;
  pthread_mutex_lock(&plugin->lock);
  if (call->next != NULL) call->next->previous = call->previous;
  if (call->previous != NULL) call->previous->next = call->next;
  if (plugin->calls == call) plugin->calls = call->next;
  plugin->usage.calls++;
  plugin->usage.cpu_ns += cpu;
  if (wall > plugin->usage.longest_call_ns) plugin->usage.longest_call_ns = wall;
  pthread_mutex_unlock(&plugin->lock);
}

void plughost_usage_of(plughost_plugin *plugin, plughost_usage *usage) {
  uint32_t size = usage->size;
  pthread_mutex_lock(&plugin->lock);
  plughost_usage now = plugin->usage;
  pthread_mutex_unlock(&plugin->lock);
  if (PLUG_HAS(usage, calls)) usage->calls = now.calls;
  if (PLUG_HAS(usage, cpu_ns)) usage->cpu_ns = now.cpu_ns;
  if (PLUG_HAS(usage, longest_call_ns)) usage->longest_call_ns = now.longest_call_ns;
  usage->size = size;
}

/* What the monitor found, told once the lock is free. */
struct findings {
  plughost_excess list[5];
  size_t count;
};

static void judge(plughost_plugin *p, struct findings *found, int32_t resource, uint64_t used, uint64_t limit,
                  bool is_of_process) {
  uint32_t bit = 1u << resource;
  if (limit == 0 || used <= limit) {
    p->reported &= ~bit;
    return;
  }
  if ((p->reported & bit) != 0) return;
  p->reported |= bit;
  found->list[found->count++] = (plughost_excess){.size = sizeof(plughost_excess),
                                                  .resource = resource,
                                                  .id = p->id,
                                                  .used = used,
                                                  .limit = limit,
                                                  .is_of_process = is_of_process};
}

static uint64_t more(uint64_t now, uint64_t before) { return now > before ? now - before : 0; }

static void look_at(plughost_plugin *p, struct process_use now, uint64_t interval_ns, struct findings *found) {
  pthread_mutex_lock(&p->lock);
  uint64_t longest = 0, cpu = p->usage.cpu_ns, moment = nanoseconds(CLOCK_MONOTONIC);
  for (plughost_call *call = p->calls; call != NULL; call = call->next) {
    uint64_t wall = more(moment, call->began_ns);
    if (wall > longest) longest = wall;
    cpu += more(nanoseconds((clockid_t)call->thread_clock), call->cpu_began_ns);
  }
  uint64_t percent = interval_ns == 0 ? 0 : more(cpu, p->monitored_cpu_ns) * 100 / interval_ns;
  p->monitored_cpu_ns = cpu;
  judge(p, found, PLUGHOST_MEMORY, more(now.memory, p->before.memory), p->limits.memory_bytes, true);
  judge(p, found, PLUGHOST_CPU, percent, p->limits.cpu_percent, false);
  judge(p, found, PLUGHOST_THREADS, more(now.threads, p->before.threads), p->limits.threads, true);
  judge(p, found, PLUGHOST_FILES, more(now.files, p->before.files), p->limits.files, true);
  judge(p, found, PLUGHOST_TIME, longest / 1000000, p->limits.call_milliseconds, false);
  pthread_mutex_unlock(&p->lock);
}

static plughost_plugin **held_plugins(plughost *host, size_t *count) {
  pthread_rwlock_rdlock(&host->lock);
  plughost_plugin **list = calloc(host->count + 1, sizeof *list);
  *count = list == NULL ? 0 : host->count;
  for (size_t i = 0; i < *count; i++) {
    list[i] = host->plugins[i];
    plughost_retain(list[i]);
  }
  pthread_rwlock_unlock(&host->lock);
  return list;
}

static void look(plughost *host, uint64_t interval_ns) {
  size_t count;
  plughost_plugin **list = held_plugins(host, &count);
  struct process_use now = process_use();
  for (size_t i = 0; i < count; i++) {
    struct findings found = {.count = 0};
    look_at(list[i], now, interval_ns, &found);
    for (size_t n = 0; n < found.count && host->options.exceeded != NULL; n++) {
      host->options.exceeded(host->options.context, &found.list[n]);
    }
    plughost_release(list[i]);
  }
  free(list);
}

/* Whether the host goes on. */
static bool rest(plughost *host) {
  struct timespec until;
  clock_gettime(CLOCK_MONOTONIC, &until);
  uint64_t ns = (uint64_t)until.tv_nsec + (uint64_t)host->options.monitor_milliseconds * 1000000u;
  until.tv_sec += (time_t)(ns / 1000000000u);
  until.tv_nsec = (long)(ns % 1000000000u);
  pthread_mutex_lock(&host->monitor_lock);
  int code = 0;
  while (!host->is_ending && code == 0) {
    code = pthread_cond_timedwait(&host->monitor_wake, &host->monitor_lock, &until);
  }
  bool goes_on = !host->is_ending;
  pthread_mutex_unlock(&host->monitor_lock);
  return goes_on;
}

void *monitor_main(void *context) {
  plughost *host = context;
  uint64_t last = nanoseconds(CLOCK_MONOTONIC);
  while (rest(host)) {
    uint64_t now = nanoseconds(CLOCK_MONOTONIC);
    look(host, now - last);
    last = now;
  }
  return NULL;
}
