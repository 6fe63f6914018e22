package koine.engine.llama;

import koine.engine.llama.ffm.LlamaLibrary;

/** A chain that chooses the next token. Belongs to one generation: a random one remembers where its dice are. */
public final class LlamaSampler implements AutoCloseable {
    private static final int LAST = -1;

    private final LlamaLibrary library;
    private final Handle chain;

    private LlamaSampler(LlamaLibrary library) {
        this.library = library;
        this.chain = new Handle("llama_sampler_chain", library.samplerChain());
    }

    /**
     * Greedy at temperature 0; else top-k, top-p, min-p, temperature and a throw of dice, in this order.
     *
     * @throws LlamaException when llama.cpp gives no sampler
     */
    public static LlamaSampler of(LlamaLibrary library, SamplerOptions options) {
        LlamaSampler sampler = new LlamaSampler(library);
        try {
            sampler.fill(options);
            return sampler;
        } catch (RuntimeException e) {
            sampler.close();
            throw e;
        }
    }

    private void fill(SamplerOptions options) {
        if (options.temperature() == 0) {
            add("llama_sampler_init_greedy", library.samplerGreedy());
            return;
        }
        if (options.topK() > 0) {
            add("llama_sampler_init_top_k", library.samplerTopK(options.topK()));
        }
        if (options.topP() < 1) {
            add("llama_sampler_init_top_p", library.samplerTopP((float) options.topP(), 1));
        }
        if (options.minP() > 0) {
            add("llama_sampler_init_min_p", library.samplerMinP((float) options.minP(), 1));
        }
        add("llama_sampler_init_temp", library.samplerTemperature((float) options.temperature()));
        add("llama_sampler_init_dist", library.samplerDist(options.nativeSeed()));
    }

    private void add(String function, long sampler) {
        library.samplerChainAdd(chain.get(), new Handle(function, sampler).get());
    }

    /** The context has logits and is open. */
    synchronized int sample(long context) {
        return library.samplerSample(chain.get(), context, LAST);
    }

    @Override
    public synchronized void close() {
        long address = chain.close();
        if (address != 0) {
            library.samplerFree(address);
        }
    }
}
