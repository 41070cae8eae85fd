/* A Triton backend that takes every model and answers every request with nothing: what the core says is then all that
 * is said. The names are those of the server's C API (tritonbackend.h). */
#include <stddef.h>
#include <stdint.h>

struct handle;
extern struct handle *TRITONBACKEND_ResponseNew(struct handle **response, struct handle *request);
extern struct handle *TRITONBACKEND_ResponseSend(struct handle *response, uint32_t flags, struct handle *error);
extern struct handle *TRITONBACKEND_RequestRelease(struct handle *request, uint32_t flags);

enum { FINAL_RESPONSE = 1, RELEASE_ALL = 1 };

struct handle *TRITONBACKEND_ModelInstanceExecute(struct handle *instance, struct handle **requests, uint32_t count) {
  (void)instance;
  for (uint32_t index = 0; index < count; index++) {
    struct handle *response = NULL;
    if (TRITONBACKEND_ResponseNew(&response, requests[index]) == NULL)
      TRITONBACKEND_ResponseSend(response, FINAL_RESPONSE, NULL);
    TRITONBACKEND_RequestRelease(requests[index], RELEASE_ALL);
  }
  return NULL;
}
