package koine.models;

import java.util.List;
import java.util.Map;
import koine.i18n.Problem;
import org.jspecify.annotations.Nullable;

/** The models on this computer: those bundled with the program and those in the user's folder. Any thread. */
public interface ModelStore {
    /** All that can be run, bundled first, then by name. Files that are no readable model are left out. */
    List<InstalledModel> installed();

    /**
     * A model by catalogue id, store id, or path to a GGUF file.
     *
     * @throws Problem {@code KOINE-M101} no such model, {@code KOINE-M102} the file is not a readable model
     *     but damaged, or an adapter
     */
    InstalledModel resolve(String nameOrPath) throws Problem;

    /**
     * The model to use when none was named.
     *
     * @throws Problem {@code KOINE-M103} when there is none on this computer
     */
    InstalledModel preferred() throws Problem;

    /** The LoRA adapters on this computer, by name: layers on a model, never models themselves. */
    List<InstalledAdapter> adapters();

    /**
     * An adapter by its id, its file's name, or a path to it.
     *
     * @throws Problem {@code KOINE-M104} no such adapter, {@code KOINE-M105} the file is none
     */
    InstalledAdapter adapter(String nameOrPath) throws Problem;

    /** {@code KOINE-M101}: none of these has that name; it says which come near. */
    static Problem noSuchModel(String name, List<InstalledModel> installed, @Nullable Exception cause) {
        List<String> nearest =
                Nearest.of(name, installed.stream().map(InstalledModel::id).toList(), 3);
        return new Problem(
                "KOINE-M101",
                Map.of(
                        "name", name,
                        "found", List.of("none", "one", "two", "three").get(nearest.size()),
                        "first", nearest.isEmpty() ? "" : nearest.getFirst(),
                        "second", nearest.size() < 2 ? "" : nearest.get(1),
                        "third", nearest.size() < 3 ? "" : nearest.get(2)),
                cause);
    }
}
