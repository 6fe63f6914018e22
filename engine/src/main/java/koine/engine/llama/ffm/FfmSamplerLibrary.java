package koine.engine.llama.ffm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static koine.engine.llama.ffm.FfmLlamaLibrary.POINTER;
import static koine.engine.llama.ffm.StructLayouts.LOGIT_BIAS;
import static koine.engine.llama.ffm.StructLayouts.SAMPLER_CHAIN_PARAMS;
import static koine.engine.llama.ffm.StructLayouts.offset;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.invoke.MethodHandle;
import java.util.List;

/** {@link SamplerLibrary} by method handles. */
final class FfmSamplerLibrary implements SamplerLibrary {
    private final MethodHandle chainDefaultParams;
    private final MethodHandle chain;
    private final MethodHandle chainAdd;
    private final MethodHandle greedy;
    private final MethodHandle dist;
    private final MethodHandle topK;
    private final MethodHandle topP;
    private final MethodHandle minP;
    private final MethodHandle temperature;
    private final MethodHandle penalties;
    private final MethodHandle dry;
    private final MethodHandle logitBias;
    private final MethodHandle grammar;
    private final MethodHandle apply;
    private final MethodHandle accept;
    private final MethodHandle sample;
    private final MethodHandle free;

    FfmSamplerLibrary(LinkerHelper linker) throws PackException {
        chainDefaultParams =
                linker.downcall("llama_sampler_chain_default_params", FunctionDescriptor.of(SAMPLER_CHAIN_PARAMS));
        chain = linker.downcall("llama_sampler_chain_init", FunctionDescriptor.of(POINTER, SAMPLER_CHAIN_PARAMS));
        chainAdd = linker.downcall("llama_sampler_chain_add", FunctionDescriptor.ofVoid(POINTER, POINTER));
        greedy = linker.downcall("llama_sampler_init_greedy", FunctionDescriptor.of(POINTER));
        dist = linker.downcall("llama_sampler_init_dist", FunctionDescriptor.of(POINTER, JAVA_INT));
        topK = linker.downcall("llama_sampler_init_top_k", FunctionDescriptor.of(POINTER, JAVA_INT));
        topP = linker.downcall("llama_sampler_init_top_p", FunctionDescriptor.of(POINTER, JAVA_FLOAT, JAVA_LONG));
        minP = linker.downcall("llama_sampler_init_min_p", FunctionDescriptor.of(POINTER, JAVA_FLOAT, JAVA_LONG));
        temperature = linker.downcall("llama_sampler_init_temp", FunctionDescriptor.of(POINTER, JAVA_FLOAT));
        penalties = linker.downcall(
                "llama_sampler_init_penalties",
                FunctionDescriptor.of(POINTER, JAVA_INT, JAVA_INT, JAVA_FLOAT, JAVA_FLOAT, JAVA_FLOAT));
        dry = linker.downcall(
                "llama_sampler_init_dry",
                FunctionDescriptor.of(
                        POINTER, POINTER, JAVA_FLOAT, JAVA_FLOAT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_LONG));
        logitBias = linker.downcall(
                "llama_sampler_init_logit_bias", FunctionDescriptor.of(POINTER, JAVA_INT, JAVA_INT, ADDRESS));
        grammar = linker.downcall(
                "llama_sampler_init_grammar", FunctionDescriptor.of(POINTER, POINTER, ADDRESS, ADDRESS));
        apply = linker.downcall("llama_sampler_apply", FunctionDescriptor.ofVoid(POINTER, ADDRESS));
        accept = linker.downcall("llama_sampler_accept", FunctionDescriptor.ofVoid(POINTER, JAVA_INT));
        sample = linker.downcall("llama_sampler_sample", FunctionDescriptor.of(JAVA_INT, POINTER, POINTER, JAVA_INT));
        free = linker.downcall("llama_sampler_free", FunctionDescriptor.ofVoid(POINTER));
    }

    @Override
    public long chain() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment params = (MemorySegment) chainDefaultParams.invokeExact((SegmentAllocator) arena);
            return (long) chain.invokeExact(params);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public void chainAdd(long chainAddress, long sampler) {
        try {
            chainAdd.invokeExact(chainAddress, sampler);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public long greedy() {
        try {
            return (long) greedy.invokeExact();
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public long dist(int seed) {
        try {
            return (long) dist.invokeExact(seed);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public long topK(int k) {
        try {
            return (long) topK.invokeExact(k);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public long topP(float p, long minKeep) {
        try {
            return (long) topP.invokeExact(p, minKeep);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public long minP(float p, long minKeep) {
        try {
            return (long) minP.invokeExact(p, minKeep);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public long temperature(float value) {
        try {
            return (long) temperature.invokeExact(value);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public long penalties(int vocabularySize, int lastTokens, float repeat, float frequency, float presence) {
        try {
            return (long) penalties.invokeExact(vocabularySize, lastTokens, repeat, frequency, presence);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public long dry(
            long vocab, float multiplier, float base, int allowedLength, int lastTokens, List<byte[]> breakers) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment texts = arena.allocate(ADDRESS, Math.max(1, breakers.size()));
            for (int i = 0; i < breakers.size(); i++) {
                texts.setAtIndex(ADDRESS, i, NativePaths.allocate(arena, breakers.get(i)));
            }
            long count = breakers.size();
            return (long) dry.invokeExact(vocab, multiplier, base, allowedLength, lastTokens, texts, count);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public long logitBias(int vocabularySize, int[] tokens, float[] biases) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pairs = arena.allocate(LOGIT_BIAS, Math.max(1, tokens.length));
            for (int i = 0; i < tokens.length; i++) {
                MemorySegment pair = pairs.asSlice(i * LOGIT_BIAS.byteSize(), LOGIT_BIAS);
                pair.set(JAVA_INT, offset(LOGIT_BIAS, "token"), tokens[i]);
                pair.set(JAVA_FLOAT, offset(LOGIT_BIAS, "bias"), biases[i]);
            }
            return (long) logitBias.invokeExact(vocabularySize, tokens.length, pairs);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public long grammar(long vocab, byte[] text, byte[] root) {
        try (Arena arena = Arena.ofConfined()) {
            return (long)
                    grammar.invokeExact(vocab, NativePaths.allocate(arena, text), NativePaths.allocate(arena, root));
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public void apply(long sampler, Candidates candidates) {
        try {
            apply.invokeExact(sampler, candidates.array());
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public void accept(long sampler, int token) {
        try {
            accept.invokeExact(sampler, token);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public int sample(long sampler, long context, int index) {
        try {
            return (int) sample.invokeExact(sampler, context, index);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }

    @Override
    public void free(long sampler) {
        try {
            free.invokeExact(sampler);
        } catch (Throwable thrown) {
            throw LinkerHelper.unexpected(thrown);
        }
    }
}
