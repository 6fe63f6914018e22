// Answers questions with nothing but llama.h: own chat template, greedy by hand. The tests compare Koine with it.
// usage: reference PACK MODEL THREADS MAX_TOKENS < questions, one a line
// prints for each: the prompt's tokens, the answer's tokens, the answer's bytes in hexadecimal
#include "llama.h"

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

static void print_tokens(const std::vector<llama_token> & tokens) {
    for (size_t i = 0; i < tokens.size(); i++) {
        printf(i ? " %d" : "%d", tokens[i]);
    }
    printf("\n");
}

int main(int argc, char ** argv) {
    if (argc != 5) {
        return 2;
    }
    llama_log_set([](ggml_log_level, const char *, void *) {}, nullptr);
    ggml_backend_load_all_from_path(argv[1]);

    llama_model * model = llama_model_load_from_file(argv[2], llama_model_default_params());
    if (!model) {
        return 3;
    }
    const llama_vocab * vocab = llama_model_get_vocab(model);

    llama_context_params params = llama_context_default_params();
    params.n_ctx = 2048;
    params.n_threads = params.n_threads_batch = atoi(argv[3]);
    llama_context * context = llama_init_from_model(model, params);
    if (!context) {
        return 4;
    }
    const int most = atoi(argv[4]);
    const int n_vocab = llama_vocab_n_tokens(vocab);

    std::string question;
    while (std::getline(std::cin, question)) {
        const std::string prompt =
            "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n"
            "<|im_start|>user\n" + question + "<|im_end|>\n<|im_start|>assistant\n";
        std::vector<llama_token> tokens(prompt.size() + 2);
        int n = llama_tokenize(vocab, prompt.data(), prompt.size(), tokens.data(), tokens.size(), true, true);
        if (n < 0) {
            return 5;
        }
        tokens.resize(n);
        print_tokens(tokens);

        llama_memory_clear(llama_get_memory(context), true);
        std::vector<llama_token> answer;
        std::string text;
        llama_batch batch = llama_batch_get_one(tokens.data(), tokens.size());
        llama_token next = 0;
        while ((int) answer.size() < most) {
            if (llama_decode(context, batch) != 0) {
                return 6;
            }
            const float * logits = llama_get_logits_ith(context, -1);
            next = 0;
            for (llama_token t = 1; t < n_vocab; t++) {
                if (logits[t] > logits[next]) {
                    next = t;
                }
            }
            if (llama_vocab_is_eog(vocab, next)) {
                break;
            }
            answer.push_back(next);
            char piece[256];
            int length = llama_token_to_piece(vocab, next, piece, sizeof(piece), 0, false);
            if (length < 0) {
                return 7;
            }
            text.append(piece, length);
            batch = llama_batch_get_one(&next, 1);
        }
        print_tokens(answer);
        for (unsigned char byte : text) {
            printf("%02x", byte);
        }
        printf("\n");
    }
    llama_free(context);
    llama_model_free(model);
    return 0;
}
