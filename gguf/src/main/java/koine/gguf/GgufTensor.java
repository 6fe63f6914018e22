package koine.gguf;

import java.util.List;

/**
 * Where a tensor lies and what shape it has; not its numbers.
 *
 * @param shape elements in each dimension, the fastest-running first
 * @param elements product of the shape
 * @param offset from the start of the file, in bytes
 * @param bytes length of its data
 */
public record GgufTensor(String name, List<Long> shape, GgufTensorType type, long elements, long offset, long bytes) {
    public GgufTensor {
        shape = List.copyOf(shape);
    }
}
