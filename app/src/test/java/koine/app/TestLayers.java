package koine.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import koine.gguf.GgufValue;
import koine.gguf.TinyAdapter;

/** Layers that go with the starter model, and ones that do not. */
public final class TestLayers {
    /** Of the starter model: a llama of 30 layers. */
    private static final int WIDTH = 576;

    private static final int VALUES = 192;

    private TestLayers() {}

    /** Changes some of the starter model's values, by little. */
    public static Path fitting(Path folder, String name, long seed) throws IOException {
        return fitting(folder, name, seed, 0.02f);
    }

    public static Path fitting(Path folder, String name, long seed, float size) throws IOException {
        TinyAdapter adapter = TinyAdapter.of("llama")
                .alpha(4)
                .put("general.name", GgufValue.text("Stories " + name))
                .put("general.author", GgufValue.text("Asha"))
                .put("general.license", GgufValue.text("cc-by-4.0"))
                .put("general.base_model.0.name", GgufValue.text("SmolLM2 135M Instruct"))
                .put("general.base_model.0.organization", GgufValue.text("Hugging Face"));
        for (int layer = 0; layer < 30; layer += 10) {
            adapter.change(
                    "blk." + layer + ".attn_v.weight",
                    WIDTH,
                    VALUES,
                    2,
                    TinyAdapter.random(2 * WIDTH, size, seed + layer),
                    TinyAdapter.random(2 * VALUES, size, seed + layer + 1));
        }
        return write(adapter, folder, name);
    }

    /** Made for another kind of model. */
    public static Path foreign(Path folder, String name) throws IOException {
        return write(
                TinyAdapter.of("gemma3")
                        .put("general.base_model.0.name", GgufValue.text("Gemma 3 1B"))
                        .change("blk.0.attn_v.weight", WIDTH, VALUES, 1, new float[WIDTH], new float[VALUES]),
                folder,
                name);
    }

    /** Made for another model of the same kind. */
    public static Path larger(Path folder, String name) throws IOException {
        return write(
                TinyAdapter.of("llama")
                        .change("blk.0.attn_v.weight", 2048, VALUES, 1, new float[2048], new float[VALUES]),
                folder,
                name);
    }

    private static Path write(TinyAdapter adapter, Path folder, String name) throws IOException {
        Path file = Files.createDirectories(folder).resolve(name + ".gguf");
        adapter.write(file);
        return file;
    }
}
