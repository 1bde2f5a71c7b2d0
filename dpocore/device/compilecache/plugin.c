#include "pjrt.h"
#include "_cgo_export.h"
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const Api *plugin; // the plugin's own table
static Api *table;        // its copy with our compile function, for the life of the process

// call returns whether a function of the plugin succeeded; its error is dropped.
static int call(int function, void *args) {
  Opaque *error = plugin->functions[function](args);
  if (error == NULL) return 1;
  ObjectArgs destroy = {.struct_size = offsetof(ObjectArgs, result), .object = error};
  plugin->functions[ERROR_DESTROY](&destroy);
  return 0;
}

static TextArgs text_of(int function, Opaque *object) {
  TextArgs args = {.struct_size = sizeof args, .object = object};
  if (!call(function, &args)) args.size = 0;
  return args;
}

// kind_of returns the kind of a client's first device, such as "Tesla T4".
static TextArgs kind_of(Opaque *client) {
  TextArgs none = {0};
  DevicesArgs devices = {.struct_size = sizeof devices, .client = client};
  if (!call(CLIENT_ADDRESSABLE_DEVICES, &devices) || devices.count == 0) return none;
  ObjectArgs description = {.struct_size = sizeof description, .object = devices.devices[0]};
  if (!call(DEVICE_GET_DESCRIPTION, &description)) return none;
  return text_of(DEVICE_DESCRIPTION_KIND, description.result);
}

static Request request_of(const CompileArgs *args) {
  TextArgs version = text_of(CLIENT_PLATFORM_VERSION, args->client), kind = kind_of(args->client);
  Request request = {
      {version.text, version.size},
      {kind.text, kind.size},
      {args->program->format, args->program->format_size},
      {args->program->code, args->program->code_size},
      {args->options, args->options_size},
  };
  return request;
}

static int load(CompileArgs *args, Bytes executable) {
  LoadArgs load = {
      .struct_size = sizeof load, .client = args->client,
      .executable = executable.data, .executable_size = executable.size,
  };
  if (!call(EXECUTABLE_DESERIALIZE_AND_LOAD, &load)) return 0;
  args->executable = load.loaded;
  return 1;
}

static void keep(const CompileArgs *args, Request request) {
  ObjectArgs get = {.struct_size = sizeof get, .object = args->executable};
  if (!call(LOADED_EXECUTABLE_GET_EXECUTABLE, &get)) return;
  SerializeArgs serialized = {.struct_size = sizeof serialized, .executable = get.result};
  if (call(EXECUTABLE_SERIALIZE, &serialized)) {
    compilecacheSave(request, (Bytes){serialized.bytes, serialized.bytes_size});
    serialized.release(serialized.owner);
  }
  ObjectArgs destroy = {.struct_size = offsetof(ObjectArgs, result), .object = get.result};
  call(EXECUTABLE_DESTROY, &destroy);
}

// compile takes the place of the plugin's own function.
static Opaque *compile(void *compile_args) {
  CompileArgs *args = compile_args;
  Request request = request_of(args);
  Bytes saved = compilecacheLoad(request);
  if (saved.data != NULL) {
    int loaded = load(args, saved);
    free((void *)saved.data);
    if (loaded) {
      compilecacheLoaded();
      return NULL;
    }
  }
  struct timespec begin, end;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  Opaque *error = plugin->functions[CLIENT_COMPILE](args);
  clock_gettime(CLOCK_MONOTONIC, &end);
  compilecacheCompiled((end.tv_sec - begin.tv_sec) * INT64_C(1000000000) + (end.tv_nsec - begin.tv_nsec));
  if (error == NULL) keep(args, request);
  return error;
}

uintptr_t compilecache_table(const char *path) {
  void *library = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
  if (library == NULL) return 0;
  const Api *(*get)(void) = (const Api *(*)(void))dlsym(library, "GetPjrtApi");
  const Api *api = get == NULL ? NULL : get();
  if (api == NULL || api->version.major != 0 || (plugin != NULL && plugin != api)) return 0;
  if (api->struct_size < sizeof(Api) + FUNCTIONS_USED * sizeof(Function)) return 0;
  if (table == NULL) {
    table = malloc(api->struct_size);
    if (table == NULL) return 0;
    memcpy(table, api, api->struct_size);
    table->functions[CLIENT_COMPILE] = compile;
    plugin = api;
  }
  return (uintptr_t)table;
}
