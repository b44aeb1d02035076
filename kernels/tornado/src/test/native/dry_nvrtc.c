/*
 * A stand-in for libnvrtc.so.13 that keeps sources instead of compiling them: each goes to the folder
 * APUS_DRY_RUN as <hash>.cu, once, to be compiled by nvcc afterwards. What it gives as the compiled image
 * is the source, in which dry_cuda.c looks for the names of kernels. Where APUS_ON_CPU names the folder
 * of kernel.h, g++ compiles it as well, and the image begins with a line that names the library. See
 * README.md.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SUCCESS = 0, OUT_OF_MEMORY = 1, CREATION_FAILURE = 2, COMPILATION = 6 };
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

/* Compiles a source for the CPU; its library stands in the first line of the image from then on. */
static int compile(struct program *program, const char *folder, const char *stem) {
    const char *headers = getenv("APUS_ON_CPU");
    if (headers == NULL) {
        return SUCCESS;
    }
    char name[256];
    const char *global = strstr(program->source, "__global__ void ");
    if (global == NULL || sscanf(global, "__global__ void %255[A-Za-z0-9_]", name) != 1) {
        return COMPILATION;
    }
    int together = strstr(program->source, "__syncthreads") || strstr(program->source, "mma.sync");
    char command[16384];
    snprintf(command, sizeof command,
             "cd '%s' && { [ -e %s.so ] || { { echo '#include \"kernel.h\"' && sed -E -f '%s/on-cpu.sed' %s.cu &&"
             " echo 'RUNNABLE(%s, %d)'; } > %s.cpp && g++ -std=c++17 -O2 -march=native -ffp-contract=off -w -shared"
             " -fPIC -Wl,-Bsymbolic -I '%s' -o %s.tmp %s.cpp >&2 && mv %s.tmp %s.so; }; }",
             folder, stem, headers, stem, name, together, stem, headers, stem, stem, stem, stem);
    if (system(command) != 0) {
        return COMPILATION;
    }
    size_t length = strlen(folder) + strlen(stem) + strlen(program->source) + 16;
    char *image = malloc(length);
    if (image == NULL) {
        return OUT_OF_MEMORY;
    }
    snprintf(image, length, "//%s/%s.so\n%s", folder, stem, program->source);
    free(program->source);
    program->source = image;
    return SUCCESS;
}

int nvrtcCompileProgram(struct program *program, int count, const char *const *options) {
    const char *folder = getenv("APUS_DRY_RUN");
    if (folder == NULL) {
        return SUCCESS;
    }
    char stem[32];
    snprintf(stem, sizeof stem, "%016llx", (unsigned long long)hash(program->source));
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.cu", folder, stem);
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        return CREATION_FAILURE;
    }
    size_t length = strlen(program->source);
    int written = fwrite(program->source, 1, length, file) == length;
    return fclose(file) == 0 && written ? compile(program, folder, stem) : CREATION_FAILURE;
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
