package koine.engine.llama;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import koine.engine.llama.ffm.Candidates;
import koine.engine.llama.ffm.SamplerLibrary;
import org.jspecify.annotations.Nullable;

/** A chain that chooses the next token. Belongs to one generation: it remembers what was chosen and where its dice are. */
public final class LlamaSampler implements AutoCloseable {
    private static final byte[] ROOT = "root".getBytes(StandardCharsets.US_ASCII);

    private final SamplerLibrary library;
    private final LlamaModel model;
    private final SamplerOptions options;
    private final Handle chain;
    private final boolean plainlyGreedy;
    private @Nullable Handle grammar;
    private @Nullable Candidates candidates;
    private int[] silent = {};

    /** The bits of all logits, where a grammar needs them. */
    private int[] logits = {};

    private LlamaSampler(SamplerLibrary library, LlamaModel model, SamplerOptions options) {
        this.library = library;
        this.model = model;
        this.options = options;
        this.plainlyGreedy = options.isPlainlyGreedy();
        this.chain = new Handle("llama_sampler_chain", library.chain());
    }

    /**
     * Biases, penalties, DRY, then greedy at temperature 0; else top-k, top-p, min-p, temperature and a throw of dice, in
     * this order. Close it before the model.
     *
     * @throws IllegalArgumentException for a grammar llama.cpp cannot read, or a biased token that does not exist
     * @throws LlamaException when llama.cpp gives no sampler
     */
    static LlamaSampler of(SamplerLibrary library, LlamaModel model, SamplerOptions options) {
        LlamaSampler sampler = new LlamaSampler(library, model, options);
        try {
            sampler.fill();
            return sampler;
        } catch (RuntimeException e) {
            sampler.close();
            throw e;
        }
    }

    private void fill() {
        Vocabulary vocabulary = model.vocabulary();
        addBiases(vocabulary);
        SamplerOptions.Penalties penalties = options.penalties();
        if (penalties.on()) {
            add(
                    "llama_sampler_init_penalties",
                    library.penalties(
                            vocabulary.size(),
                            penalties.lastTokens(),
                            (float) penalties.repeat(),
                            (float) penalties.frequency(),
                            (float) penalties.presence()));
        }
        SamplerOptions.Dry dry = options.dry();
        if (dry.on()) {
            add(
                    "llama_sampler_init_dry",
                    library.dry(
                            model.vocabAddress(),
                            (float) dry.multiplier(),
                            (float) dry.base(),
                            dry.allowedLength(),
                            dry.lastTokens(),
                            dry.breakers().stream()
                                    .map(breaker -> breaker.getBytes(StandardCharsets.UTF_8))
                                    .toList()));
        }
        addChoice();
        String text = options.grammar();
        if (text != null) {
            long address = library.grammar(model.vocabAddress(), text.getBytes(StandardCharsets.UTF_8), ROOT);
            if (address == 0) {
                throw new IllegalArgumentException("llama.cpp cannot read the grammar");
            }
            grammar = new Handle("llama_sampler_grammar", address);
            candidates = new Candidates(vocabulary.size());
            logits = new int[vocabulary.size()];
            silent = vocabulary.silentControls();
        }
    }

    private void addBiases(Vocabulary vocabulary) {
        Map<Integer, Float> biases = options.logitBias();
        if (biases.isEmpty()) {
            return;
        }
        int[] tokens = biases.keySet().stream().mapToInt(Integer::intValue).toArray();
        float[] values = new float[tokens.length];
        for (int i = 0; i < tokens.length; i++) {
            if (!vocabulary.contains(tokens[i])) {
                throw new IllegalArgumentException("logit_bias: there is no token " + tokens[i]);
            }
            values[i] = biases.getOrDefault(tokens[i], 0f);
        }
        add("llama_sampler_init_logit_bias", library.logitBias(vocabulary.size(), tokens, values));
    }

    private void addChoice() {
        if (options.temperature() == 0) {
            add("llama_sampler_init_greedy", library.greedy());
            return;
        }
        if (options.topK() > 0) {
            add("llama_sampler_init_top_k", library.topK(options.topK()));
        }
        if (options.topP() < 1) {
            add("llama_sampler_init_top_p", library.topP((float) options.topP(), 1));
        }
        if (options.minP() > 0) {
            add("llama_sampler_init_min_p", library.minP((float) options.minP(), 1));
        }
        add("llama_sampler_init_temp", library.temperature((float) options.temperature()));
        add("llama_sampler_init_dist", library.dist(options.nativeSeed()));
    }

    private void add(String function, long sampler) {
        library.chainAdd(chain.get(), new Handle(function, sampler).get());
    }

    /** Shows it the tokens before the answer, as far as they matter. */
    public synchronized void remember(int[] prompt) {
        long address = chain.get();
        for (int i = Math.max(0, prompt.length - options.memory()); i < prompt.length; i++) {
            library.accept(address, prompt[i]);
        }
    }

    /** The row has logits and the context is open. */
    synchronized int sample(long context, int row, LlamaContext source) {
        long choosing = chain.get();
        if (plainlyGreedy) {
            return source.likeliest(row); // quicker than a list of all tokens with their logits
        }
        if (grammar == null || candidates == null) {
            return library.sample(choosing, context, row);
        }
        source.copyLogitBits(row, logits);
        return sampleWithin(grammar.get(), candidates);
    }

    /**
     * The usual choice, if the grammar allows it, which is the common case and costs it one token; else the choice among
     * what it allows. The grammar hears only of tokens it allows: it would end the process over another.
     */
    private int sampleWithin(long rules, Candidates choice) {
        for (int token : silent) {
            logits[token] = Candidates.RULED_OUT; // the grammar would read its name as text
        }
        choice.set(logits);
        library.apply(chain.get(), choice);
        int token = choice.selected();
        if (token < 0 || !allows(rules, choice, token)) {
            choice.set(logits);
            library.apply(rules, choice);
            if (!choice.anyLeft()) {
                throw new LlamaException("no token of the vocabulary fits the grammar");
            }
            library.apply(chain.get(), choice);
            token = choice.selected();
            if (token < 0 || !allows(rules, choice, token)) {
                throw new LlamaException("no token of the vocabulary fits the grammar");
            }
        }
        library.accept(rules, token);
        library.accept(chain.get(), token);
        return token;
    }

    private boolean allows(long rules, Candidates choice, int token) {
        choice.set(token);
        library.apply(rules, choice);
        return choice.anyLeft();
    }

    @Override
    public synchronized void close() {
        free(chain);
        if (grammar != null) {
            free(grammar);
        }
        if (candidates != null) {
            candidates.close();
        }
    }

    private void free(Handle handle) {
        long address = handle.close();
        if (address != 0) {
            library.free(address);
        }
    }
}
