package koine.gguf;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** A LoRA adapter of chosen or random numbers, as llama.cpp's {@code convert_lora_to_gguf.py} lays it out. */
public final class TinyAdapter {
    private final GgufWriter writer = new GgufWriter();

    private TinyAdapter(String architecture) {
        writer.put("general.type", "adapter");
        writer.put("general.architecture", architecture);
        writer.put("adapter.type", "lora");
    }

    public static TinyAdapter of(String architecture) {
        return new TinyAdapter(architecture);
    }

    public TinyAdapter put(String key, GgufValue value) {
        writer.put(key, value);
        return this;
    }

    /** The change is multiplied with this, divided by the rank; without it, with nothing. */
    public TinyAdapter alpha(float alpha) {
        return put("adapter.lora.alpha", GgufValue.float32(alpha));
    }

    /**
     * The change of a tensor: second times first.
     *
     * @param first {@code rank} rows of {@code in} numbers
     * @param second {@code out} rows of {@code rank} numbers
     */
    public TinyAdapter change(String tensor, int in, int out, int rank, float[] first, float[] second) {
        writer.tensor(tensor + ".lora_a", List.of((long) in, (long) rank), first);
        writer.tensor(tensor + ".lora_b", List.of((long) rank, (long) out), second);
        return this;
    }

    /** Another tensor, which no adapter has. */
    public TinyAdapter tensor(String name, List<Long> shape, float[] numbers) {
        writer.tensor(name, shape, numbers);
        return this;
    }

    public void write(Path file) throws IOException {
        writer.write(file);
    }

    /** Around 0, mostly within the size. */
    public static float[] random(int count, float size, long seed) {
        Random random = new Random(seed);
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = size * (float) random.nextGaussian();
        }
        return numbers;
    }
}
