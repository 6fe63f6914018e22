package koine.engine.jllama;

import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import koine.engine.llama.ModelLoadException;
import koine.engine.llama.ModelLoadException.Reason;
import koine.engine.llama.Plausibility;
import koine.engine.llama.TextTokens;
import koine.gguf.GgufException;
import koine.gguf.GgufFile;
import koine.gguf.GgufReader;
import koine.gguf.GgufTensorType;
import koine.gguf.GgufValue;
import koine.gguf.ModelFacts;
import org.jspecify.annotations.Nullable;

/**
 * What a model file says of itself. java-llama.cpp tells next to nothing of the model it has loaded, and not why it has not:
 * so what its llama.cpp (b4916, March 2025) knows is looked up here before.
 *
 * @param tokens how many the vocabulary has
 * @param controls those that are signs to the model, not text; never changed
 */
record ModelFile(GgufFile header, ModelFacts facts, String architecture, int tokens, BitSet controls) {
    /** {@code LLM_ARCH_NAMES}, without those that do not write from left to right. */
    static final Set<String> ARCHITECTURES = Set.of(
            "arctic",
            "arwkv7",
            "baichuan",
            "bitnet",
            "bloom",
            "chameleon",
            "chatglm",
            "codeshell",
            "cohere2",
            "command-r",
            "dbrx",
            "deci",
            "deepseek",
            "deepseek2",
            "exaone",
            "falcon",
            "gemma",
            "gemma2",
            "gemma3",
            "gpt2",
            "gptneox",
            "granite",
            "granitemoe",
            "grok",
            "internlm2",
            "jais",
            "llama",
            "mamba",
            "minicpm",
            "minicpm3",
            "mpt",
            "nemotron",
            "olmo",
            "olmo2",
            "olmoe",
            "openelm",
            "orion",
            "phi2",
            "phi3",
            "phimoe",
            "plamo",
            "qwen",
            "qwen2",
            "qwen2moe",
            "qwen2vl",
            "refact",
            "rwkv6",
            "rwkv6qwen2",
            "rwkv7",
            "stablelm",
            "starcoder",
            "starcoder2",
            "xverse");

    /** The patterns by which texts are split before they become tokens. */
    static final Set<String> SPLITTERS = Set.of(
            "bloom",
            "chameleon",
            "chatglm-bpe",
            "codeshell",
            "command-r",
            "dbrx",
            "deepseek-coder",
            "deepseek-llm",
            "deepseek-r1-qwen",
            "deepseek-v3",
            "default",
            "exaone",
            "falcon",
            "falcon3",
            "gigachat",
            "gpt-2",
            "gpt-4o",
            "gpt3-finnish",
            "jais",
            "jina-de",
            "jina-es",
            "jina-v1-en",
            "jina-v2-code",
            "jina-v2-de",
            "jina-v2-es",
            "llama-bpe",
            "llama-v3",
            "llama3",
            "megrez",
            "minerva-7b",
            "mpt",
            "olmo",
            "phi-2",
            "poro-chat",
            "qwen2",
            "refact",
            "roberta-bpe",
            "smaug-bpe",
            "smollm",
            "stablelm2",
            "starcoder",
            "tekken",
            "viking");

    /** Of these, prompts begin with the token that begins every sequence, if the file does not say. */
    private static final Set<String> BEGUN =
            Set.of("llama3", "llama-v3", "llama-bpe", "falcon3", "tekken", "chameleon");

    private static final Set<String> TOKENIZERS = Set.of("llama", "gpt2", "rwkv");
    private static final String TOKENS = "tokenizer.ggml.tokens";
    private static final String TYPES = "tokenizer.ggml.token_type";

    /** {@code LLAMA_TOKEN_TYPE_CONTROL}. */
    private static final int CONTROL = 3;

    /** @throws ModelLoadException when this llama.cpp is not to be given the file */
    static ModelFile read(Path file) throws ModelLoadException {
        Plausibility.require(file);
        GgufFile header;
        BitSet controls = new BitSet();
        AtomicInteger next = new AtomicInteger();
        try {
            header = GgufReader.readNumbers(file, TYPES, type -> controls.set(next.getAndIncrement(), type == CONTROL));
        } catch (GgufException e) {
            throw new ModelLoadException(Reason.DAMAGED, "header: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new ModelLoadException(Reason.MISSING, "the model file cannot be read", e);
        }
        require(ARCHITECTURES, header, "general.architecture");
        require(TOKENIZERS, header, "tokenizer.ggml.model");
        if (header.text("tokenizer.ggml.pre") != null) {
            require(SPLITTERS, header, "tokenizer.ggml.pre");
        }
        if (header.tensors().stream().anyMatch(tensor -> tensor.type().compareTo(GgufTensorType.TQ2_0) > 0)) {
            throw new ModelLoadException(Reason.UNSUPPORTED, "numbers of a kind that came later");
        }
        if (!(header.metadata().get(TOKENS) instanceof GgufValue.Array tokens) || tokens.count() > Integer.MAX_VALUE) {
            throw new ModelLoadException(Reason.DAMAGED, "there is no " + TOKENS);
        }
        String architecture = Objects.requireNonNullElse(header.text("general.architecture"), "");
        return new ModelFile(header, ModelFacts.of(header), architecture, (int) tokens.count(), controls);
    }

    private static void require(Set<String> known, GgufFile header, String key) throws ModelLoadException {
        String value = Objects.requireNonNullElse(header.text(key), "");
        if (!known.contains(value)) {
            throw new ModelLoadException(Reason.UNSUPPORTED, "unknown " + key + ": " + value);
        }
    }

    int trainedContextTokens() {
        return (int) Math.min(Integer.MAX_VALUE, facts.contextTokens());
    }

    @Nullable
    String chatTemplate() {
        return header.text("tokenizer.chat_template");
    }

    /** Bytes of the tensors. */
    long bytes() {
        return header.bytes() - header.dataOffset();
    }

    boolean addsBos() {
        return header.metadata().get("tokenizer.ggml.add_bos_token") instanceof GgufValue.Bool(boolean adds)
                ? adds
                : isSentencePiece() || BEGUN.contains(header.text("tokenizer.ggml.pre"));
    }

    /** {@link TextTokens#NONE} when there is none. */
    int bos() {
        return token("bos", isSentencePiece() ? 1 : 11);
    }

    /** {@link TextTokens#NONE} when there is none. */
    int eos() {
        return token("eos", isSentencePiece() ? 2 : 11);
    }

    /** {@link TextTokens#NONE} when the file names none. */
    int token(String role) {
        return token(role, TextTokens.NONE);
    }

    private boolean isSentencePiece() {
        return "llama".equals(header.text("tokenizer.ggml.model"));
    }

    private int token(String role, int otherwise) {
        long number = header.integer("tokenizer.ggml." + role + "_token_id").orElse(otherwise);
        return number >= 0 && number < tokens ? (int) number : TextTokens.NONE;
    }
}
