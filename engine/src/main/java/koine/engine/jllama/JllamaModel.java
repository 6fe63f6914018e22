package koine.engine.jllama;

import de.kherud.llama.Inside;
import de.kherud.llama.ModelParameters;
import de.kherud.llama.args.CacheType;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import koine.engine.llama.DeepStack;
import koine.engine.llama.KvType;
import koine.engine.llama.ModelLoadException;
import koine.engine.llama.ModelLoadException.Reason;
import koine.engine.llama.TextTokens;
import koine.engine.session.Ability;
import koine.engine.session.GeneratorOptions;
import koine.engine.session.MissingAbilityException;

/** A model that java-llama.cpp has loaded, with the one context it computes in. Tokens: any thread. */
final class JllamaModel implements TextTokens, AutoCloseable {
    /** Names of tokens that end a turn for llama.cpp, whatever the file says. */
    private static final List<String> ENDS = List.of(
            "<|eot_id|>",
            "<|im_end|>",
            "<|end|>",
            "<end_of_turn>",
            "<|endoftext|>",
            "<EOT>",
            "_<EOT>",
            "<｜end▁of▁sentence｜>",
            "<|eom_id|>",
            "<|fim_pad|>",
            "<fim-pad>",
            "<PAD>",
            "<|fim_repo|>",
            "<|repo_name|>",
            "<fim-repo>",
            "<REPO>",
            "<|file_sep|>");

    private final ModelFile file;
    private final Inside inside;
    private final int contextTokens;
    private final Set<Integer> ends = new HashSet<>();

    private JllamaModel(ModelFile file, Inside inside, int contextTokens) {
        this.file = file;
        this.inside = inside;
        this.contextTokens = contextTokens;
        for (String role : List.of("eos", "eot", "eom")) {
            if (file.token(role) != NONE) {
                ends.add(file.token(role));
            }
        }
        for (String name : ENDS) {
            int[] tokens = inside.tokens(name);
            if (tokens.length == 1) {
                ends.add(tokens[0]);
            }
        }
    }

    /**
     * Blocks until it is loaded.
     *
     * @param cancelled asked before; the load itself cannot be ended
     */
    static JllamaModel load(GeneratorOptions options, BooleanSupplier cancelled) throws ModelLoadException {
        if (options.offload() != null) {
            throw new ModelLoadException(Reason.DEVICE, "java-llama.cpp computes on the processor only");
        }
        ModelFile file = ModelFile.read(options.model());
        String path = options.model().toAbsolutePath().toString();
        if (path.chars().anyMatch(unit -> Character.isSurrogate((char) unit))) {
            // it hands paths on in Java's own kind of UTF-8, where such characters are written otherwise
            throw new ModelLoadException(Reason.MISSING, "a path with characters beyond 16 bits cannot be handed on");
        }
        NativeFile.load(options.pack());
        if (cancelled.getAsBoolean()) {
            throw new ModelLoadException(Reason.CANCELLED, "the load was cancelled");
        }
        int context = options.contextFor(file.trainedContextTokens());
        try {
            return new JllamaModel(file, new Inside(parameters(options, path, context)), context);
        } catch (LinkageError e) {
            throw new ModelLoadException(
                    Reason.PACK, "java-llama.cpp: " + e.getClass().getSimpleName());
        }
    }

    private static ModelParameters parameters(GeneratorOptions options, String path, int context) {
        int threads = options.computingThreads();
        ModelParameters parameters = new ModelParameters()
                .disableLog() // it would write where the model lies
                .setModel(path)
                .setChatTemplate("chatml") // never used; the model's own may be one it stumbles over
                .setCtxSize(context)
                .setBatchSize(Reading.PART)
                .setThreads(threads)
                .setThreadsBatch(threads)
                .setParallel(1)
                .disableContextShift()
                .skipWarmup();
        if (options.kvType() == KvType.Q8_0) {
            parameters
                    .setCacheTypeK(CacheType.Q8_0)
                    .setCacheTypeV(CacheType.Q8_0)
                    .enableFlashAttn();
        }
        if (System.getProperty("os.name", "").startsWith("Mac")) {
            parameters.setGpuLayers(0); // elsewhere there is no other way, and saying so makes it print a warning
        }
        return parameters;
    }

    ModelFile file() {
        return file;
    }

    Inside inside() {
        return inside;
    }

    int contextTokens() {
        return contextTokens;
    }

    /** Tokens with which the model says that it is done. */
    Set<Integer> ends() {
        return ends;
    }

    @Override
    public int[] tokenize(String text, boolean parseSpecial) {
        if (!parseSpecial) {
            throw new MissingAbilityException(Ability.PLAIN_TOKENS);
        }
        int[][] tokens = new int[1][];
        int _ = DeepStack.run(text, () -> {
            tokens[0] = inside.tokens(text);
            return tokens[0].length;
        });
        return tokens[0];
    }

    @Override
    public byte[] bytes(int token) {
        require(token);
        return inside.bytes(token);
    }

    @Override
    public boolean isControl(int token) {
        require(token);
        return file.controls().get(token);
    }

    @Override
    public void require(int token) {
        if (token < 0 || token >= size()) {
            throw new IllegalArgumentException("token " + token + " is not in the vocabulary of " + size());
        }
    }

    @Override
    public int size() {
        return file.tokens();
    }

    @Override
    public int bos() {
        return file.bos();
    }

    @Override
    public boolean addsBos() {
        return file.addsBos();
    }

    String text(int token) {
        return token == NONE ? "" : new String(bytes(token), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        inside.close();
    }
}
