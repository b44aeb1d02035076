package apus.format;

import java.util.List;

/**
 * One entry of a safetensors header, checked: {@code bytes} is the product of {@code shape} times
 * the element size.
 *
 * @param name as stored, for example {@code model.layers.0.self_attn.q_proj.weight}
 * @param dtype element type
 * @param shape outermost first; empty for a scalar
 * @param offset bytes from the start of the file's data part
 * @param bytes length of the data
 */
public record TensorInfo(String name, DType dtype, List<Long> shape, long offset, long bytes) {
    public TensorInfo {
        shape = List.copyOf(shape);
    }
}
