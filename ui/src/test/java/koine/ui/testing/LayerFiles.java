package koine.ui.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import koine.gguf.AdapterFacts;
import koine.gguf.GgufReader;
import koine.gguf.GgufTensor;
import koine.gguf.GgufValue;
import koine.gguf.TinyAdapter;
import koine.gguf.TinyModel;
import koine.models.InstalledAdapter;
import koine.models.InstalledModel;

/** A model and layers on it as files, for an assistant in memory. */
public final class LayerFiles {
    private static final String CHANGED = "blk.0.attn_v.weight";

    private final MemoryAssistant assistant;
    private final Path home;
    private final GgufTensor weight;

    private LayerFiles(MemoryAssistant assistant, Path home, GgufTensor weight) {
        this.assistant = assistant;
        this.home = home;
        this.weight = weight;
    }

    /** The assistant's model is a file from now on. */
    public static LayerFiles in(MemoryAssistant assistant, Path home) throws IOException {
        Path file = Files.createDirectories(home).resolve("base.gguf");
        TinyModel.of("llama").write(file);
        InstalledModel starter = MemoryAssistant.starter();
        assistant.models = List.of(new InstalledModel(
                starter.id(),
                starter.name(),
                file,
                Files.size(file),
                starter.architecture(),
                starter.quantization(),
                starter.languages(),
                starter.contextTokens(),
                starter.entry()));
        GgufTensor weight = GgufReader.read(file).tensors().stream()
                .filter(tensor -> tensor.name().equals(CHANGED))
                .findFirst()
                .orElseThrow();
        return new LayerFiles(assistant, home, weight);
    }

    public InstalledAdapter fitting(String id, String name, String maker) throws IOException {
        return write(id, TinyAdapter.of("llama"), name, maker, "SmolLM2 135M Instruct");
    }

    public InstalledAdapter foreign(String id, String name, String maker) throws IOException {
        return write(id, TinyAdapter.of("gemma3"), name, maker, "Gemma 3 1B");
    }

    private InstalledAdapter write(String id, TinyAdapter adapter, String name, String maker, String base)
            throws IOException {
        int in = Math.toIntExact(weight.shape().getFirst());
        int out = Math.toIntExact(weight.shape().get(1));
        Path file = home.resolve(id + ".gguf");
        adapter.put("general.name", GgufValue.text(name))
                .put("general.author", GgufValue.text(maker))
                .put("general.license", GgufValue.text("cc-by-4.0"))
                .put("general.base_model.0.name", GgufValue.text(base))
                .change(
                        CHANGED,
                        in,
                        out,
                        1,
                        TinyAdapter.random(in, 0.1f, id.hashCode()),
                        TinyAdapter.random(out, 0.1f, id.hashCode() + 1L))
                .write(file);
        AdapterFacts facts = Objects.requireNonNull(AdapterFacts.of(GgufReader.read(file)));
        InstalledAdapter installed = new InstalledAdapter(id, name, file, Files.size(file), facts.languages(), facts);
        List<InstalledAdapter> all = new ArrayList<>(assistant.adapters);
        all.add(installed);
        assistant.adapters = List.copyOf(all);
        return installed;
    }

    /** As if its file had been deleted. */
    public void remove(InstalledAdapter gone) throws IOException {
        Files.delete(gone.path());
        assistant.adapters =
                assistant.adapters.stream().filter(one -> !one.equals(gone)).toList();
    }
}
