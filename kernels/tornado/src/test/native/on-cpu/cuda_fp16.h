/* What generated sources use of CUDA's header of this name; see kernel.h. */
typedef _Float16 __half;
static inline float __half2float(__half h) { return (float)h; }
