// Typed fronts of libcurl's variadic functions, which Swift cannot call: one function per argument type.
#ifndef MARTLET_CURL_SHIMS_H
#define MARTLET_CURL_SHIMS_H

#include <curl/curl.h>

typedef size_t (*martlet_write_callback)(char *bytes, size_t size, size_t count, void *context);
typedef int (*martlet_prerequest_callback)(void *context, char *peer, char *local, int peer_port, int local_port);
typedef curl_socket_t (*martlet_open_socket_callback)(void *context, curlsocktype purpose, struct curl_sockaddr *address);
typedef int (*martlet_socket_callback)(CURL *easy, curl_socket_t socket, int what, void *context, void *socket_context);
typedef int (*martlet_timer_callback)(CURLM *multi, long milliseconds, void *context);

CURLcode martlet_easy_set_long(CURL *easy, CURLoption option, long value);
CURLcode martlet_easy_set_string(CURL *easy, CURLoption option, const char *value);
CURLcode martlet_easy_set_pointer(CURL *easy, CURLoption option, const void *value);
CURLcode martlet_easy_set_blob(CURL *easy, CURLoption option, const void *bytes, size_t count);
CURLcode martlet_easy_set_write(CURL *easy, CURLoption option, martlet_write_callback callback);
CURLcode martlet_easy_set_prerequest(CURL *easy, martlet_prerequest_callback callback);
CURLcode martlet_easy_set_open_socket(CURL *easy, martlet_open_socket_callback callback);
CURLcode martlet_easy_get_long(CURL *easy, CURLINFO info, long *value);
CURLcode martlet_easy_get_pointer(CURL *easy, CURLINFO info, void **value);
CURLMcode martlet_multi_set_long(CURLM *multi, CURLMoption option, long value);
CURLMcode martlet_multi_set_pointer(CURLM *multi, CURLMoption option, void *value);
CURLMcode martlet_multi_set_socket(CURLM *multi, martlet_socket_callback callback);
CURLMcode martlet_multi_set_timer(CURLM *multi, martlet_timer_callback callback);

#endif
