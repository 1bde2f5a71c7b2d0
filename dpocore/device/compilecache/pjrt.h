// The part of PJRT's C interface that the compilation cache uses (OpenXLA, xla/pjrt/c/pjrt_c_api.h). Within major version 0
// fields are only appended to its structs, so these layouts and positions hold for every plugin.

#include <stddef.h>

typedef struct Opaque Opaque; // an object of the plugin

typedef struct {
  size_t struct_size;
  void *extensions;
  char *code;
  size_t code_size;
  const char *format;
  size_t format_size;
} Program;

// Arguments of the functions. Each begins with its size and its extensions.

typedef struct {
  size_t struct_size;
  void *extensions;
  Opaque *client;
  const Program *program;
  const char *options;
  size_t options_size;
  Opaque *executable; // out
} CompileArgs;

typedef struct {
  size_t struct_size;
  void *extensions;
  Opaque *client;
  const char *executable;
  size_t executable_size;
  Opaque *loaded; // out
  const char *options;
  size_t options_size;
} LoadArgs;

typedef struct {
  size_t struct_size;
  void *extensions;
  Opaque *executable;
  const char *bytes;        // out
  size_t bytes_size;        // out
  Opaque *owner;            // out, of the bytes
  void (*release)(Opaque *); // out, frees the owner
} SerializeArgs;

typedef struct { // of functions that take an object and return another one, or nothing
  size_t struct_size;
  void *extensions;
  Opaque *object;
  Opaque *result; // out
} ObjectArgs;

typedef struct { // of functions that take an object and return a text
  size_t struct_size;
  void *extensions;
  Opaque *object;
  const char *text; // out
  size_t size;      // out
} TextArgs;

typedef struct {
  size_t struct_size;
  void *extensions;
  Opaque *client;
  Opaque *const *devices; // out
  size_t count;           // out
} DevicesArgs;

// Positions in the plugin's table of functions. Each takes a pointer to its arguments and returns an error, or NULL.
enum {
  ERROR_DESTROY = 0,
  CLIENT_PLATFORM_VERSION = 14,
  CLIENT_ADDRESSABLE_DEVICES = 16,
  CLIENT_COMPILE = 20,
  DEVICE_DESCRIPTION_KIND = 26,
  DEVICE_GET_DESCRIPTION = 29,
  EXECUTABLE_DESTROY = 40,
  EXECUTABLE_SERIALIZE = 49,
  LOADED_EXECUTABLE_GET_EXECUTABLE = 51,
  EXECUTABLE_DESERIALIZE_AND_LOAD = 56,
  FUNCTIONS_USED,
};

typedef Opaque *(*Function)(void *args);

typedef struct {
  size_t struct_size;
  void *extensions;
  struct {
    size_t struct_size;
    void *extensions;
    int major, minor;
  } version;
  Function functions[];
} Api;
