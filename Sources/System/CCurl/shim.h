// libcurl, opened on first use and never linked: what a command doesn't fetch, it doesn't load.
// Variadic calls are wrapped once for each type of argument.
#pragma once
#include <curl/curl.h>
#include <dlfcn.h>
#include <stddef.h>

// Macros with casts, which Swift can't read.
static const long plg_auth_basic = (long)CURLAUTH_BASIC;
static const long plg_auth_bearer = (long)CURLAUTH_BEARER;

struct plg_curl {
  CURLcode (*global_init)(long);
  CURL *(*easy_init)(void);
  void (*easy_cleanup)(CURL *);
  CURLcode (*easy_setopt)(CURL *, CURLoption, ...);
  CURLcode (*easy_getinfo)(CURL *, CURLINFO, ...);
  const char *(*easy_strerror)(CURLcode);
  CURLM *(*multi_init)(void);
  CURLMcode (*multi_cleanup)(CURLM *);
  CURLMcode (*multi_setopt)(CURLM *, CURLMoption, ...);
  CURLMcode (*multi_add_handle)(CURLM *, CURL *);
  CURLMcode (*multi_remove_handle)(CURLM *, CURL *);
  CURLMcode (*multi_perform)(CURLM *, int *);
  CURLMcode (*multi_poll)(CURLM *, struct curl_waitfd *, unsigned int, int, int *);
  CURLMcode (*multi_wakeup)(CURLM *);
  CURLMsg *(*multi_info_read)(CURLM *, int *);
  struct curl_slist *(*slist_append)(struct curl_slist *, const char *);
  void (*slist_free_all)(struct curl_slist *);
};

#define PLG_CURL_FIND(field)                                                \
  if ((*(void **)&curl->field = dlsym(library, "curl_" #field)) == NULL)    \
  return "libcurl.so.4 lacks curl_" #field

// Finds every function; gives NULL, or why not. The library stays open.
static inline const char *plg_curl_open(struct plg_curl *curl) {
  void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) return dlerror();
  PLG_CURL_FIND(global_init);
  PLG_CURL_FIND(easy_init);
  PLG_CURL_FIND(easy_cleanup);
  PLG_CURL_FIND(easy_setopt);
  PLG_CURL_FIND(easy_getinfo);
  PLG_CURL_FIND(easy_strerror);
  PLG_CURL_FIND(multi_init);
  PLG_CURL_FIND(multi_cleanup);
  PLG_CURL_FIND(multi_setopt);
  PLG_CURL_FIND(multi_add_handle);
  PLG_CURL_FIND(multi_remove_handle);
  PLG_CURL_FIND(multi_perform);
  PLG_CURL_FIND(multi_poll);
  PLG_CURL_FIND(multi_wakeup);
  PLG_CURL_FIND(multi_info_read);
  PLG_CURL_FIND(slist_append);
  PLG_CURL_FIND(slist_free_all);
  if (curl->global_init(CURL_GLOBAL_ALL) != CURLE_OK) return "curl_global_init failed";
  return NULL;
}

#undef PLG_CURL_FIND

static inline CURL *plg_easy_init(const struct plg_curl *curl) { return curl->easy_init(); }

static inline void plg_easy_cleanup(const struct plg_curl *curl, CURL *easy) { curl->easy_cleanup(easy); }

static inline CURLcode plg_set_long(const struct plg_curl *curl, CURL *easy, CURLoption option, long value) {
  return curl->easy_setopt(easy, option, value);
}

static inline CURLcode plg_set_size(const struct plg_curl *curl, CURL *easy, CURLoption option, curl_off_t value) {
  return curl->easy_setopt(easy, option, value);
}

static inline CURLcode plg_set_text(const struct plg_curl *curl, CURL *easy, CURLoption option, const char *value) {
  return curl->easy_setopt(easy, option, value);
}

static inline CURLcode plg_set_pointer(const struct plg_curl *curl, CURL *easy, CURLoption option, void *value) {
  return curl->easy_setopt(easy, option, value);
}

static inline CURLcode plg_set_headers(const struct plg_curl *curl, CURL *easy, struct curl_slist *value) {
  return curl->easy_setopt(easy, CURLOPT_HTTPHEADER, value);
}

static inline CURLcode plg_set_callback(const struct plg_curl *curl, CURL *easy, CURLoption option,
                                        size_t (*value)(char *, size_t, size_t, void *)) {
  return curl->easy_setopt(easy, option, value);
}

static inline CURLcode plg_get_long(const struct plg_curl *curl, CURL *easy, CURLINFO info, long *value) {
  return curl->easy_getinfo(easy, info, value);
}

static inline CURLcode plg_get_text(const struct plg_curl *curl, CURL *easy, CURLINFO info, const char **value) {
  return curl->easy_getinfo(easy, info, value);
}

static inline const char *plg_easy_strerror(const struct plg_curl *curl, CURLcode code) {
  return curl->easy_strerror(code);
}

static inline CURLM *plg_multi_init(const struct plg_curl *curl) { return curl->multi_init(); }

static inline void plg_multi_cleanup(const struct plg_curl *curl, CURLM *multi) { curl->multi_cleanup(multi); }

static inline CURLMcode plg_multi_set_long(const struct plg_curl *curl, CURLM *multi, CURLMoption option, long value) {
  return curl->multi_setopt(multi, option, value);
}

static inline CURLMcode plg_multi_add(const struct plg_curl *curl, CURLM *multi, CURL *easy) {
  return curl->multi_add_handle(multi, easy);
}

static inline CURLMcode plg_multi_remove(const struct plg_curl *curl, CURLM *multi, CURL *easy) {
  return curl->multi_remove_handle(multi, easy);
}

static inline CURLMcode plg_multi_perform(const struct plg_curl *curl, CURLM *multi) {
  int running = 0;
  return curl->multi_perform(multi, &running);
}

static inline CURLMcode plg_multi_poll(const struct plg_curl *curl, CURLM *multi, int milliseconds) {
  return curl->multi_poll(multi, NULL, 0, milliseconds, NULL);
}

static inline CURLMcode plg_multi_wakeup(const struct plg_curl *curl, CURLM *multi) { return curl->multi_wakeup(multi); }

// The next transfer that ended, and how; NULL for none.
static inline CURL *plg_multi_next_done(const struct plg_curl *curl, CURLM *multi, CURLcode *result) {
  int left = 0;
  for (CURLMsg *message; (message = curl->multi_info_read(multi, &left)) != NULL;) {
    if (message->msg != CURLMSG_DONE) continue;
    *result = message->data.result;
    return message->easy_handle;
  }
  return NULL;
}

static inline struct curl_slist *plg_slist_append(const struct plg_curl *curl, struct curl_slist *list, const char *text) {
  return curl->slist_append(list, text);
}

static inline void plg_slist_free(const struct plg_curl *curl, struct curl_slist *list) { curl->slist_free_all(list); }
