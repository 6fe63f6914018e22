package koine.engine.llama.ffm;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import koine.engine.NativeKit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The guard before packs that differ from ours in one thing each, compiled from the real header. */
class AbiGuardTest {
    private static final String DEFAULTS = """
            #include "llama.h"
            struct llama_sampler_chain_params llama_sampler_chain_default_params(void) {
                struct llama_sampler_chain_params p = { .no_perf = true };
                return p;
            }
            struct llama_model_params llama_model_default_params(void) {
                struct llama_model_params p = { .n_gpu_layers = -1, .split_mode = 1, .load_mode = -1, .lazy_mode = 1,
                    .use_extra_bufts = true };
                return p;
            }
            struct llama_context_params llama_context_default_params(void) {
                struct llama_context_params p = { .n_ctx = 512, .n_batch = 2048, .n_ubatch = 512, .n_seq_max = 1,
                    .n_outputs_max_per_seq = 1, .n_threads = 4, .n_threads_batch = 4, .rope_scaling_type = -1,
                    .pooling_type = -1, .attention_type = -1, .flash_attn_type = -1, .yarn_ext_factor = -1,
                    .yarn_attn_factor = -1, .yarn_beta_fast = -1, .yarn_beta_slow = -1, .defrag_thold = -1,
                    .type_k = 1, .type_v = 1, .offload_kqv = true, .no_perf = true, .op_offload = true,
                    .swa_full = true };
                return p;
            }
            struct llama_batch llama_batch_get_one(llama_token * tokens, int32_t n_tokens) {
                struct llama_batch b = { .n_tokens = n_tokens, .token = tokens };
                return b;
            }
            """;

    @TempDir
    Path folder;

    @Test
    void acceptsTheHeaderItWasMadeFor() throws IOException {
        Path library = compile(headers(), DEFAULTS);
        try (Arena arena = Arena.ofConfined()) {
            assertDoesNotThrow(() -> guard(library, arena).check());
        }
    }

    @Test
    void namesAFieldWhoseDefaultDiffers() throws IOException {
        assertRefused(
                headers(),
                DEFAULTS.replace(".n_ubatch = 512", ".n_ubatch = 256"),
                "the pack was built for another llama.h: llama_context_params.n_ubatch is 256 by default, not 512");
    }

    @Test
    void namesTheFirstFieldMovedByANewOneBeforeIt() throws IOException {
        String header = Files.readString(headers().resolve("include/llama.h"));
        Path changed = changedHeaders(header.replace("int32_t  n_threads;  ", "int32_t  n_new; int32_t  n_threads;  "));
        assertRefused(
                changed,
                DEFAULTS,
                "the pack was built for another llama.h: llama_context_params.n_threads is 0 by default, not 4");
    }

    @Test
    void noticesANewFieldAtTheEndBeforeAnythingIsOverwritten() throws IOException {
        String header = Files.readString(headers().resolve("include/llama.h"));
        Path changed = changedHeaders(
                header.replace("struct llama_context * ctx_other;", "struct llama_context * ctx_other; void * added;"));
        assertRefused(
                changed,
                DEFAULTS,
                "the pack was built for another llama.h: llama_context_params is longer than "
                        + StructLayouts.CONTEXT_PARAMS.byteSize() + " bytes");
    }

    @Test
    void noticesAFieldThatIsGone() throws IOException {
        String header = Files.readString(headers().resolve("include/llama.h"));
        Path changed = changedHeaders(header.replace("struct llama_context * ctx_other;", ""));
        PackException refused = refused(changed, DEFAULTS);
        assertEquals(
                "the pack was built for another llama.h: llama_context_params.ctx_other is " + 0xA5A5A5A5A5A5A5A5L
                        + " by default, not 0",
                refused.getMessage());
    }

    @Test
    void namesAFunctionThePackDoesNotHave() throws IOException {
        assertRefused(
                headers(),
                DEFAULTS.replace("llama_batch_get_one", "llama_batch_get_two"),
                "the pack has no function llama_batch_get_one");
    }

    private void assertRefused(Path headers, String source, String message) throws IOException {
        assertEquals(message, refused(headers, source).getMessage());
    }

    private PackException refused(Path headers, String source) throws IOException {
        Path library = compile(headers, source);
        try (Arena arena = Arena.ofConfined()) {
            AbiGuard guard = guard(library, arena);
            return assertThrows(PackException.class, guard::check);
        }
    }

    private static AbiGuard guard(Path library, Arena arena) {
        return new AbiGuard(new LinkerHelper(SymbolLookup.libraryLookup(library, arena)));
    }

    private static Path headers() {
        return NativeKit.headers();
    }

    /** A copy of the header folder in which only {@code llama.h} is another. */
    private Path changedHeaders(String header) throws IOException {
        Path changed = Files.createDirectories(folder.resolve("changed/include"));
        Files.writeString(changed.resolve("llama.h"), header);
        return folder.resolve("changed");
    }

    private Path compile(Path headers, String source) throws IOException {
        String compiler = NativeKit.compiler("cc", "gcc", "clang");
        Path file = Files.writeString(folder.resolve("pack.c"), source);
        Path library = folder.resolve(System.mapLibraryName("pack"));
        List<String> command =
                new ArrayList<>(List.of(compiler, "-shared", "-fPIC", "-I" + headers.resolve("include")));
        command.addAll(NativeKit.includeFlags());
        command.addAll(List.of(file.toString(), "-o", library.toString()));
        NativeKit.run(command.toArray(String[]::new));
        return library;
    }
}
