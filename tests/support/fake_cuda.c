/* A libcuda.so.1 for machines without a GPU: its "device memory" is memory that the host cannot read at its address, so
 * that who reads it without asking crashes. Named as the driver API names them; not thread-safe. */
#define _GNU_SOURCE
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static struct {
  char *device, *host; /* the same memory, seen twice */
  size_t size;
} block;
static size_t pinned_blocks, copies;
static void *const context = &block;
static void *current;

/* One block at a time. Returns its address on the device; *host is where the test fills it. */
void *fake_cuda_allocate(size_t size, void **host) {
  const int file = memfd_create("fake_cuda", 0);
  if (file < 0 || ftruncate(file, (off_t)size) != 0) return NULL;
  block.size = size;
  block.host = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  block.device = mmap(NULL, size, PROT_NONE, MAP_SHARED, file, 0);
  close(file);
  *host = block.host;
  return block.device;
}

void fake_cuda_free(void) {
  munmap(block.host, block.size);
  munmap(block.device, block.size);
  block.size = 0;
}

size_t fake_cuda_pinned_blocks(void) { return pinned_blocks; }
size_t fake_cuda_copies(void) { return copies; }

static int is_device(uint64_t address) {
  const char *const at = (const char *)(uintptr_t)address;
  return at >= block.device && at < block.device + block.size;
}

int cuPointerGetAttribute(void *data, int attribute, uint64_t address) {
  if (!is_device(address)) return 1; /* CUDA_ERROR_INVALID_VALUE, as for any memory of the host */
  if (attribute == 2) *(unsigned *)data = 2;
  if (attribute == 1) *(void **)data = context;
  return 0;
}
int cuCtxPushCurrent_v2(void *pushed) {
  current = pushed;
  return 0;
}
int cuCtxPopCurrent_v2(void **popped) {
  *popped = current;
  current = NULL;
  return 0;
}
int cuMemAllocHost_v2(void **memory, size_t bytes) {
  if (current != context) return 201; /* CUDA_ERROR_INVALID_CONTEXT */
  *memory = malloc(bytes);
  ++pinned_blocks;
  return 0;
}
int cuMemFreeHost(void *memory) {
  free(memory);
  --pinned_blocks;
  return 0;
}
int cuMemcpyDtoH_v2(void *to, uint64_t from, size_t bytes) {
  if (current != context) return 201;
  if (!is_device(from) || !is_device(from + bytes - 1)) return 1;
  memcpy(to, block.host + ((const char *)(uintptr_t)from - block.device), bytes);
  ++copies;
  return 0;
}
