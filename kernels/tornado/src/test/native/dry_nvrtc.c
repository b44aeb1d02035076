/*
 * A stand-in for libnvrtc.so.13 that keeps sources instead of compiling them: each goes to the folder
 * APUS_DRY_RUN as <hash>.cu, once, to be compiled by nvcc afterwards. What it gives as the compiled image
 * is the source, in which dry_cuda.c looks for the names of kernels. See README.md.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SUCCESS = 0, OUT_OF_MEMORY = 1, CREATION_FAILURE = 2 };
static const char *NO_LOG = "";

struct program {
    char *source;
};

int nvrtcVersion(int *major, int *minor) {
    *major = 13;
    *minor = 0;
    return SUCCESS;
}

const char *nvrtcGetErrorString(int result) {
    return result == SUCCESS ? "success" : "the dry run could not keep the source";
}

int nvrtcGetNumSupportedArchs(int *n) {
    *n = 1;
    return SUCCESS;
}

int nvrtcGetSupportedArchs(int *archs) {
    archs[0] = 90;
    return SUCCESS;
}

int nvrtcCreateProgram(struct program **program, const char *source, const char *name, int headers,
                       const char *const *texts, const char *const *names) {
    struct program *made = malloc(sizeof *made);
    if (made == NULL || (made->source = strdup(source)) == NULL) {
        return OUT_OF_MEMORY;
    }
    *program = made;
    return SUCCESS;
}

int nvrtcDestroyProgram(struct program **program) {
    free((*program)->source);
    free(*program);
    *program = NULL;
    return SUCCESS;
}

/* FNV-1a, 64 bits. */
static uint64_t hash(const char *text) {
    uint64_t h = 0xcbf29ce484222325u;
    for (; *text; text++) {
        h = (h ^ (unsigned char)*text) * 0x100000001b3u;
    }
    return h;
}

int nvrtcCompileProgram(struct program *program, int count, const char *const *options) {
    const char *folder = getenv("APUS_DRY_RUN");
    if (folder == NULL) {
        return SUCCESS;
    }
    char path[4096];
    snprintf(path, sizeof path, "%s/%016llx.cu", folder, (unsigned long long)hash(program->source));
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        return CREATION_FAILURE;
    }
    size_t length = strlen(program->source);
    int written = fwrite(program->source, 1, length, file) == length;
    return fclose(file) == 0 && written ? SUCCESS : CREATION_FAILURE;
}

int nvrtcGetProgramLogSize(struct program *program, size_t *size) {
    *size = strlen(NO_LOG) + 1;
    return SUCCESS;
}

int nvrtcGetProgramLog(struct program *program, char *log) {
    strcpy(log, NO_LOG);
    return SUCCESS;
}

static int size(struct program *program, size_t *size) {
    *size = strlen(program->source) + 1;
    return SUCCESS;
}

static int image(struct program *program, char *image) {
    strcpy(image, program->source);
    return SUCCESS;
}

int nvrtcGetCUBINSize(struct program *p, size_t *n) { return size(p, n); }
int nvrtcGetCUBIN(struct program *p, char *to) { return image(p, to); }
int nvrtcGetPTXSize(struct program *p, size_t *n) { return size(p, n); }
int nvrtcGetPTX(struct program *p, char *to) { return image(p, to); }
