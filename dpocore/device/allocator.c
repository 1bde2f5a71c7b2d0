#include <stdlib.h> // defines __GLIBC__

#ifdef __GLIBC__
#include <malloc.h>

// keep_freed_memory runs when the program is loaded, before any thread has an arena of its own.
__attribute__((constructor)) static void keep_freed_memory(void) {
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, -1);
}
#endif
