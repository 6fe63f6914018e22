// The least a C++ program does for one greedy answer over the pack: what a cold `koine ask` is compared with.
#include "ggml-backend.h"
#include "ggml-cpu.h"
#include "llama.h"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

static void quiet(ggml_log_level, const char *, void *) {}

// A context without a pool of threads starts and ends threads for every token.
static bool attach_threads(llama_context * context, int threads) {
    ggml_backend_dev_t device = ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_CPU);
    if (!device) {
        return false;
    }
    auto * create = (decltype(ggml_threadpool_new) *) ggml_backend_reg_get_proc_address(
            ggml_backend_dev_backend_reg(device), "ggml_threadpool_new");
    ggml_threadpool_params params = ggml_threadpool_params_default(threads);
    ggml_threadpool_t pool = create ? create(&params) : nullptr;
    if (pool) {
        llama_attach_threadpool(context, pool, nullptr); // it ends with the program
    }
    return pool != nullptr;
}

static int fail(const char * what) {
    std::fprintf(stderr, "%s\n", what);
    return 1;
}

int main(int argc, char ** argv) {
    if (argc != 7) {
        return fail("one-shot PACK MODEL CONTEXT THREADS TOKENS QUESTION");
    }
    const int threads = std::atoi(argv[4]);
    const int most    = std::atoi(argv[5]);
    llama_log_set(quiet, nullptr);
    ggml_backend_load_all_from_path(argv[1]);
    llama_model * model = llama_model_load_from_file(argv[2], llama_model_default_params());
    if (!model) {
        return fail("the model could not be loaded");
    }
    llama_context_params params = llama_context_default_params();
    params.n_ctx           = std::atoi(argv[3]);
    params.n_threads       = threads;
    params.n_threads_batch = threads;
    llama_context * context = llama_init_from_model(model, params);
    if (!context) {
        return fail("no context");
    }
    if (!attach_threads(context, threads)) {
        return fail("no threads");
    }

    const llama_chat_message message = { "user", argv[6] };
    const char * chat_template = llama_model_chat_template(model, nullptr);
    std::vector<char> text(16384);
    const int length = llama_chat_apply_template(chat_template, &message, 1, true, text.data(), (int) text.size());
    if (length < 0 || length > (int) text.size()) {
        return fail("the template is not one of the known ones");
    }
    const llama_vocab * vocab = llama_model_get_vocab(model);
    std::vector<llama_token> tokens(16384);
    const int count = llama_tokenize(vocab, text.data(), length, tokens.data(), (int) tokens.size(), true, true);
    if (count <= 0) {
        return fail("the prompt could not be read");
    }
    tokens.resize(count);

    llama_sampler * greedy = llama_sampler_init_greedy();
    llama_batch batch = llama_batch_get_one(tokens.data(), count);
    llama_token next;
    int made = 0;
    for (; made < most; made++) {
        if (llama_decode(context, batch) != 0) {
            return fail("decoding failed");
        }
        next = llama_sampler_sample(greedy, context, -1);
        if (llama_vocab_is_eog(vocab, next)) {
            break;
        }
        char piece[256];
        const int bytes = llama_token_to_piece(vocab, next, piece, sizeof piece, 0, true);
        std::fwrite(piece, 1, bytes > 0 ? bytes : 0, stdout);
        std::fflush(stdout);
        batch = llama_batch_get_one(&next, 1);
    }
    std::fputc('\n', stdout);
    std::fprintf(stderr, "%d tokens read, %d written\n", count, made);
    llama_sampler_free(greedy);
    llama_free(context);
    llama_model_free(model);
    return 0;
}
