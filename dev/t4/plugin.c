//go:build t4check

#include "pjrt_c_api.h"
#include "_cgo_export.h"
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

static const PJRT_Api *cpu, *cuda;
static PJRT_Api recording; // cpu's functions, with those that record in front
static PJRT_TopologyDescription *t4;

static const PJRT_Api *open_plugin(const char *path) {
  void *library = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
  if (library == NULL) return NULL;
  const PJRT_Api *(*get)(void) = (const PJRT_Api *(*)(void))dlsym(library, "GetPjrtApi");
  return get == NULL ? NULL : get();
}

// The CPU's client knows none of the CUDA client's options.
static PJRT_Error *create_client(PJRT_Client_Create_Args *args) {
  args->num_options = 0;
  return cpu->PJRT_Client_Create(args);
}

static PJRT_Error *compile(PJRT_Client_Compile_Args *args) {
  PJRT_Error *error = cpu->PJRT_Client_Compile(args);
  if (error == NULL) recordProgram(args->executable, (char *)args->program->code, args->program->code_size);
  return error;
}

static PJRT_Error *execute(PJRT_LoadedExecutable_Execute_Args *args) {
  recordExecution(args->executable, args->num_args);
  return cpu->PJRT_LoadedExecutable_Execute(args);
}

static PJRT_Error *from_host(PJRT_Client_BufferFromHostBuffer_Args *args) {
  recordTransfer(1);
  return cpu->PJRT_Client_BufferFromHostBuffer(args);
}

static PJRT_Error *to_host(PJRT_Buffer_ToHostBuffer_Args *args) {
  if (args->dst != NULL) recordTransfer(0);
  return cpu->PJRT_Buffer_ToHostBuffer(args);
}

uintptr_t t4_recording(const char *path) {
  cpu = open_plugin(path);
  if (cpu == NULL) return 0;
  memcpy(&recording, cpu, cpu->struct_size < sizeof recording ? cpu->struct_size : sizeof recording);
  recording.PJRT_Client_Create = create_client;
  recording.PJRT_Client_Compile = compile;
  recording.PJRT_LoadedExecutable_Execute = execute;
  recording.PJRT_Client_BufferFromHostBuffer = from_host;
  recording.PJRT_Buffer_ToHostBuffer = to_host;
  return (uintptr_t)&recording;
}

// message returns an error's text, which the caller frees, or NULL without an error.
static char *message(PJRT_Error *error) {
  if (error == NULL) return NULL;
  PJRT_Error_Message_Args text = {.struct_size = PJRT_Error_Message_Args_STRUCT_SIZE, .error = error};
  cuda->PJRT_Error_Message(&text);
  char *copy = strndup(text.message, text.message_size);
  PJRT_Error_Destroy_Args destroy = {.struct_size = PJRT_Error_Destroy_Args_STRUCT_SIZE, .error = error};
  cuda->PJRT_Error_Destroy(&destroy);
  return copy;
}

static PJRT_NamedValue option(const char *name, const char *value) {
  PJRT_NamedValue option = {
      .struct_size = PJRT_NamedValue_STRUCT_SIZE, .name = name, .name_size = strlen(name),
      .type = PJRT_NamedValue_kString, .string_value = value, .value_size = strlen(value),
  };
  return option;
}

char *t4_open(const char *path, const char *target) {
  cuda = open_plugin(path);
  if (cuda == NULL) return strdup(dlerror());
  PJRT_Plugin_Initialize_Args initialize = {.struct_size = PJRT_Plugin_Initialize_Args_STRUCT_SIZE};
  char *problem = message(cuda->PJRT_Plugin_Initialize(&initialize));
  if (problem != NULL) return problem;
  PJRT_NamedValue options[] = {option("target_config", target), option("topology", "1x1x1")};
  PJRT_TopologyDescription_Create_Args create = {
      .struct_size = PJRT_TopologyDescription_Create_Args_STRUCT_SIZE,
      .topology_name = "t4", .topology_name_size = 2, .create_options = options, .num_options = 2,
  };
  problem = message(cuda->PJRT_TopologyDescription_Create(&create));
  t4 = create.topology;
  return problem;
}

char *t4_compile(char *code, size_t size, int64_t *bytes, int64_t *temporary) {
  // CompileOptionsProto: executable_build_options (3) with device_ordinal (1) -1, num_replicas (4) 1, num_partitions (5) 1
  static const char options[] = {0x1a, 15, 0x08, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1, 0x20, 1, 0x28, 1};
  PJRT_Program program = {
      .struct_size = PJRT_Program_STRUCT_SIZE, .code = code, .code_size = size, .format = "mlir", .format_size = 4,
  };
  PJRT_Compile_Args args = {
      .struct_size = PJRT_Compile_Args_STRUCT_SIZE, .topology = t4, .program = &program,
      .compile_options = options, .compile_options_size = sizeof options,
  };
  char *problem = message(cuda->PJRT_Compile(&args));
  if (problem != NULL) return problem;
  PJRT_Executable_GetCompiledMemoryStats_Args memory = {
      .struct_size = PJRT_Executable_GetCompiledMemoryStats_Args_STRUCT_SIZE, .executable = args.executable,
  };
  problem = message(cuda->PJRT_Executable_GetCompiledMemoryStats(&memory));
  *temporary = memory.temp_size_in_bytes;
  *bytes = memory.argument_size_in_bytes + memory.output_size_in_bytes - memory.alias_size_in_bytes + memory.temp_size_in_bytes;
  PJRT_Executable_Destroy_Args destroy = {.struct_size = PJRT_Executable_Destroy_Args_STRUCT_SIZE, .executable = args.executable};
  char *other = message(cuda->PJRT_Executable_Destroy(&destroy));
  if (problem == NULL) return other;
  free(other);
  return problem;
}
