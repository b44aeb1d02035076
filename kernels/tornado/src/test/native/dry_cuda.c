/*
 * A stand-in for libcuda.so.1 with one device of compute capability 9.0: memory is the host's, copies are
 * copies, and kernels are looked up and their grids checked, but not run. See README.md.
 */
#include <cuda.h>
#include <stdlib.h>
#include <string.h>

#define GIB (1ull << 30)

static CUdevice device = 0;
static int object; /* what handles that nobody looks into point to */
static __thread int capturing;

static void *handle(void) { return &object; }

CUresult cuInit(unsigned int flags) { return CUDA_SUCCESS; }
CUresult cuDriverGetVersion(int *version) { return *version = 13000, CUDA_SUCCESS; }
CUresult cuDeviceGetCount(int *count) { return *count = 1, CUDA_SUCCESS; }
CUresult cuDeviceGet(CUdevice *to, int ordinal) { return *to = device, CUDA_SUCCESS; }
CUresult cuDeviceTotalMem(size_t *bytes, CUdevice d) { return *bytes = 64 * GIB, CUDA_SUCCESS; }

CUresult cuDeviceGetName(char *name, int length, CUdevice d) {
    strncpy(name, "dry run (runs nothing)", length - 1);
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
CUresult cuMemcpyDtoHAsync(void *to, CUdeviceptr from, size_t n, CUstream s) {
    return memmove(to, (void *)from, n), CUDA_SUCCESS;
}
CUresult cuMemcpyHtoDAsync(CUdeviceptr to, const void *from, size_t n, CUstream s) {
    return memmove((void *)to, from, n), CUDA_SUCCESS;
}
CUresult cuMemsetD8(CUdeviceptr to, unsigned char value, size_t n) {
    return memset((void *)to, value, n), CUDA_SUCCESS;
}

/* A module is the source that dry_nvrtc.c gave as its image. */
CUresult cuModuleLoadDataEx(CUmodule *to, const void *image, unsigned int n, CUjit_option *o, void **v) {
    *to = (CUmodule)strdup(image);
    return *to ? CUDA_SUCCESS : CUDA_ERROR_OUT_OF_MEMORY;
}
CUresult cuModuleUnload(CUmodule module) { return free(module), CUDA_SUCCESS; }
CUresult cuModuleGetFunction(CUfunction *to, CUmodule module, const char *name) {
    if (strstr((const char *)module, name) == NULL) {
        return CUDA_ERROR_NOT_FOUND;
    }
    return *to = handle(), CUDA_SUCCESS;
}

CUresult cuLaunchKernel(CUfunction f, unsigned int gx, unsigned int gy, unsigned int gz, unsigned int bx,
                        unsigned int by, unsigned int bz, unsigned int shared, CUstream s, void **args,
                        void **extra) {
    int fits = gx && gy && gz && bx && by && bz && gy < 65536 && gz < 65536 && bz <= 64
               && (unsigned long long)bx * by * bz <= 1024 && shared <= 48 << 10;
    return fits ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
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

CUresult cuStreamBeginCapture(CUstream s, CUstreamCaptureMode mode) { return capturing = 1, CUDA_SUCCESS; }
CUresult cuStreamIsCapturing(CUstream s, CUstreamCaptureStatus *to) {
    *to = capturing ? CU_STREAM_CAPTURE_STATUS_ACTIVE : CU_STREAM_CAPTURE_STATUS_NONE;
    return CUDA_SUCCESS;
}
CUresult cuStreamEndCapture(CUstream s, CUgraph *to) { return capturing = 0, *to = handle(), CUDA_SUCCESS; }
CUresult cuGraphInstantiate(CUgraphExec *to, CUgraph g, unsigned long long flags) {
    return *to = handle(), CUDA_SUCCESS;
}
CUresult cuGraphExecUpdate(CUgraphExec e, CUgraph g, CUgraphExecUpdateResultInfo *info) {
    return CUDA_SUCCESS;
}
CUresult cuGraphLaunch(CUgraphExec e, CUstream s) { return CUDA_SUCCESS; }
CUresult cuGraphExecDestroy(CUgraphExec e) { return CUDA_SUCCESS; }
CUresult cuGraphDestroy(CUgraph g) { return CUDA_SUCCESS; }
