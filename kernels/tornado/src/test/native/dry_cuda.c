/*
 * A stand-in for libcuda.so.1 with one device of compute capability 9.0: memory is the host's, copies are
 * copies, and kernels are looked up and their grids checked. They run if dry_nvrtc.c has compiled them for
 * the CPU, at once, or when a graph is launched that they were captured into. See README.md.
 */
#include <cuda.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GIB (1ull << 30)

static CUdevice device = 0;
static int object; /* what handles that nobody looks into point to */
static __thread struct graph *capturing;

static void *handle(void) { return &object; }

CUresult cuInit(unsigned int flags) { return CUDA_SUCCESS; }
CUresult cuDriverGetVersion(int *version) { return *version = 13000, CUDA_SUCCESS; }
CUresult cuDeviceGetCount(int *count) { return *count = 1, CUDA_SUCCESS; }
CUresult cuDeviceGet(CUdevice *to, int ordinal) { return *to = device, CUDA_SUCCESS; }
CUresult cuDeviceTotalMem(size_t *bytes, CUdevice d) { return *bytes = 64 * GIB, CUDA_SUCCESS; }

CUresult cuDeviceGetName(char *name, int length, CUdevice d) {
    const char *own = getenv("APUS_ON_CPU") ? "CUDA C on the CPU" : "dry run (runs nothing)";
    strncpy(name, own, length - 1);
    name[length - 1] = 0;
    return CUDA_SUCCESS;
}

CUresult cuDeviceGetAttribute(int *value, CUdevice_attribute attribute, CUdevice d) {
    switch (attribute) {
        case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR: *value = 9; break;
        case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR: *value = 0; break;
        case CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT: *value = 132; break;
        case CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK: *value = 1024; break;
        case CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_X: *value = 1024; break;
        case CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Y: *value = 1024; break;
        case CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Z: *value = 64; break;
        case CU_DEVICE_ATTRIBUTE_CLOCK_RATE: *value = 1000000; break;
        case CU_DEVICE_ATTRIBUTE_TOTAL_CONSTANT_MEMORY: *value = 64 << 10; break;
        case CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK: *value = 48 << 10; break;
        default: *value = 1;
    }
    return CUDA_SUCCESS;
}

CUresult cuGetErrorName(CUresult e, const char **to) { return *to = "dry run", CUDA_SUCCESS; }
CUresult cuGetErrorString(CUresult e, const char **to) { return *to = "dry run", CUDA_SUCCESS; }

CUresult cuCtxCreate(CUcontext *to, CUctxCreateParams *p, unsigned int flags, CUdevice d) {
    return *to = handle(), CUDA_SUCCESS;
}
CUresult cuCtxDestroy(CUcontext context) { return CUDA_SUCCESS; }
CUresult cuCtxSetCurrent(CUcontext context) { return CUDA_SUCCESS; }
CUresult cuCtxSynchronize(void) { return CUDA_SUCCESS; }

CUresult cuMemAlloc(CUdeviceptr *to, size_t bytes) {
    *to = (CUdeviceptr)calloc(bytes, 1);
    return *to ? CUDA_SUCCESS : CUDA_ERROR_OUT_OF_MEMORY;
}
CUresult cuMemFree(CUdeviceptr p) { return free((void *)p), CUDA_SUCCESS; }
CUresult cuMemAllocHost(void **to, size_t bytes) {
    return (*to = calloc(bytes, 1)) ? CUDA_SUCCESS : CUDA_ERROR_OUT_OF_MEMORY;
}
CUresult cuMemFreeHost(void *p) { return free(p), CUDA_SUCCESS; }
CUresult cuMemHostRegister(void *p, size_t bytes, unsigned int flags) { return CUDA_SUCCESS; }
CUresult cuMemHostUnregister(void *p) { return CUDA_SUCCESS; }
CUresult cuMemcpyDtoD(CUdeviceptr to, CUdeviceptr from, size_t n) {
    return memmove((void *)to, (void *)from, n), CUDA_SUCCESS;
}

/* A kernel's library; both are NULL where nothing runs. */
struct kernel {
    int (*run)(const unsigned *grid, const unsigned *block, void **args);
    size_t (*pack)(void **args, char *to);
};

enum { MOST_ARGUMENTS = 32 };

/* What has been captured, a launch or a copy after the other. */
struct step {
    struct step *next;
    struct kernel *kernel;
    unsigned grid[3], block[3];
    char values[8 * MOST_ARGUMENTS];
    void *to;
    const void *from;
    size_t bytes;
};
struct graph {
    struct step *first, **last;
};

static struct step *captured(void) {
    struct step *step = calloc(1, sizeof *step);
    if (step) {
        *capturing->last = step;
        capturing->last = &step->next;
    }
    return step;
}

static CUresult copy(void *to, const void *from, size_t n) {
    if (capturing == NULL) {
        return memmove(to, from, n), CUDA_SUCCESS;
    }
    struct step *step = captured();
    if (step == NULL) {
        return CUDA_ERROR_OUT_OF_MEMORY;
    }
    step->to = to;
    step->from = from;
    step->bytes = n;
    return CUDA_SUCCESS;
}

CUresult cuMemcpyDtoHAsync(void *to, CUdeviceptr from, size_t n, CUstream s) {
    return copy(to, (void *)from, n);
}
CUresult cuMemcpyHtoDAsync(CUdeviceptr to, const void *from, size_t n, CUstream s) {
    return copy((void *)to, from, n);
}
CUresult cuMemsetD8(CUdeviceptr to, unsigned char value, size_t n) {
    return memset((void *)to, value, n), CUDA_SUCCESS;
}

/* A module is the image of dry_nvrtc.c: a source, behind a line that may name a library. */
CUresult cuModuleLoadDataEx(CUmodule *to, const void *image, unsigned int n, CUjit_option *o, void **v) {
    *to = (CUmodule)strdup(image);
    return *to ? CUDA_SUCCESS : CUDA_ERROR_OUT_OF_MEMORY;
}
CUresult cuModuleUnload(CUmodule module) { return free(module), CUDA_SUCCESS; }
CUresult cuModuleGetFunction(CUfunction *to, CUmodule module, const char *name) {
    const char *text = (const char *)module;
    struct kernel *kernel = calloc(1, sizeof *kernel);
    if (kernel == NULL || strstr(text, name) == NULL) {
        return CUDA_ERROR_NOT_FOUND;
    }
    char path[4096];
    if (sscanf(text, "//%4095[^\n]", path) == 1) {
        void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
        if (library == NULL) {
            return CUDA_ERROR_NOT_FOUND;
        }
        kernel->run = dlsym(library, "runGrid");
        kernel->pack = dlsym(library, "packArguments");
    }
    return *to = (CUfunction)kernel, CUDA_SUCCESS;
}

CUresult cuLaunchKernel(CUfunction f, unsigned int gx, unsigned int gy, unsigned int gz, unsigned int bx,
                        unsigned int by, unsigned int bz, unsigned int shared, CUstream s, void **args,
                        void **extra) {
    int fits = gx && gy && gz && bx && by && bz && gy < 65536 && gz < 65536 && bz <= 64
               && (unsigned long long)bx * by * bz <= 1024 && shared <= 48 << 10;
    if (!fits) {
        return CUDA_ERROR_INVALID_VALUE;
    }
    struct kernel *kernel = (struct kernel *)f;
    unsigned grid[3] = {gx, gy, gz}, block[3] = {bx, by, bz};
    if (kernel->run == NULL) {
        return CUDA_SUCCESS;
    }
    if (capturing == NULL) {
        return kernel->run(grid, block, args) ? CUDA_SUCCESS : CUDA_ERROR_LAUNCH_FAILED;
    }
    struct step *step = captured();
    if (step == NULL) {
        return CUDA_ERROR_OUT_OF_MEMORY;
    }
    step->kernel = kernel;
    memcpy(step->grid, grid, sizeof grid);
    memcpy(step->block, block, sizeof block);
    kernel->pack(args, step->values);
    return CUDA_SUCCESS;
}
CUresult cuOccupancyMaxPotentialBlockSize(int *grid, int *block, CUfunction f, CUoccupancyB2DSize size,
                                          size_t shared, int limit) {
    return *grid = 132, *block = 256, CUDA_SUCCESS;
}

CUresult cuStreamCreate(CUstream *to, unsigned int flags) { return *to = handle(), CUDA_SUCCESS; }
CUresult cuStreamDestroy(CUstream s) { return CUDA_SUCCESS; }
CUresult cuStreamSynchronize(CUstream s) {
    return capturing ? CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED : CUDA_SUCCESS;
}
CUresult cuStreamWaitEvent(CUstream s, CUevent e, unsigned int flags) { return CUDA_SUCCESS; }
CUresult cuEventCreate(CUevent *to, unsigned int flags) { return *to = handle(), CUDA_SUCCESS; }
CUresult cuEventDestroy(CUevent e) { return CUDA_SUCCESS; }
CUresult cuEventRecord(CUevent e, CUstream s) { return CUDA_SUCCESS; }
CUresult cuEventQuery(CUevent e) { return CUDA_SUCCESS; }
CUresult cuEventSynchronize(CUevent e) { return CUDA_SUCCESS; }
CUresult cuEventElapsedTime(float *ms, CUevent a, CUevent b) { return *ms = 0, CUDA_SUCCESS; }

static CUresult capture(void) {
    struct graph *graph = calloc(1, sizeof *graph);
    if (graph == NULL) {
        return CUDA_ERROR_OUT_OF_MEMORY;
    }
    graph->last = &graph->first;
    return capturing = graph, CUDA_SUCCESS;
}
CUresult cuStreamBeginCapture(CUstream s, CUstreamCaptureMode mode) { return capture(); }
CUresult cuStreamIsCapturing(CUstream s, CUstreamCaptureStatus *to) {
    *to = capturing ? CU_STREAM_CAPTURE_STATUS_ACTIVE : CU_STREAM_CAPTURE_STATUS_NONE;
    return CUDA_SUCCESS;
}
CUresult cuStreamEndCapture(CUstream s, CUgraph *to) {
    *to = (CUgraph)capturing;
    return capturing = NULL, CUDA_SUCCESS;
}

/* An executable graph is one that is pointed to; graphs stay, there are few. */
CUresult cuGraphInstantiate(CUgraphExec *to, CUgraph g, unsigned long long flags) {
    CUgraph *exec = malloc(sizeof *exec);
    if (exec == NULL) {
        return CUDA_ERROR_OUT_OF_MEMORY;
    }
    *exec = g;
    return *to = (CUgraphExec)exec, CUDA_SUCCESS;
}
CUresult cuGraphExecUpdate(CUgraphExec e, CUgraph g, CUgraphExecUpdateResultInfo *info) {
    return *(CUgraph *)e = g, CUDA_SUCCESS;
}
CUresult cuGraphLaunch(CUgraphExec e, CUstream s) {
    struct graph *graph = *(struct graph **)e;
    for (struct step *step = graph->first; step; step = step->next) {
        if (step->kernel == NULL) {
            memmove(step->to, step->from, step->bytes);
            continue;
        }
        void *args[MOST_ARGUMENTS];
        for (int i = 0; i < MOST_ARGUMENTS; i++) {
            args[i] = step->values + 8 * i;
        }
        if (!step->kernel->run(step->grid, step->block, args)) {
            return CUDA_ERROR_LAUNCH_FAILED;
        }
    }
    return CUDA_SUCCESS;
}
CUresult cuGraphExecDestroy(CUgraphExec e) { return free(e), CUDA_SUCCESS; }
CUresult cuGraphDestroy(CUgraph g) { return CUDA_SUCCESS; }
