// Does with nothing but llama.h what was recorded of Koine, in the same order, and tells what came of it.
// usage: replay PACK MODEL < script
// script, one command a line:
//   N ctx batch ubatch sequences threads kv_type swa_full   a new context; the one before is freed
//   D count {token position sequence output}...             decode -> D status {hash of a row of logits}...
//   R sequence from to                                      forget -> R result
//   C                                                       forget everything -> C
//   S id sequence flags                                     save a state -> S bytes hash
//   L id sequence flags                                     load a state -> L bytes
//   F id sequence count {token}...                          save a whole state to a file -> F bytes hash
//   G id sequence count                                     load it from there -> G bytes
#include "llama.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

static const uint64_t START = 0xcbf29ce484222325ULL;
static const uint64_t PRIME = 0x100000001b3ULL;

static uint64_t hash_floats(const float * values, int count) {
    uint64_t hash = START;
    for (int i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, values + i, sizeof(bits));
        hash = (hash ^ bits) * PRIME;
    }
    return hash;
}

static uint64_t hash_bytes(const std::vector<uint8_t> & bytes) {
    uint64_t hash = START;
    for (uint8_t byte : bytes) {
        hash = (hash ^ byte) * PRIME;
    }
    return hash;
}

static std::filesystem::path folder;

static std::string state_file(int id) {
    return (folder / std::to_string(id)).string();
}

static std::vector<uint8_t> content(const std::string & file) {
    std::ifstream in(file, std::ios::binary);
    return { std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>() };
}

int main(int argc, char ** argv) {
    if (argc != 3) {
        return 2;
    }
    llama_log_set([](ggml_log_level, const char *, void *) {}, nullptr);
    ggml_backend_load_all_from_path(argv[1]);
    llama_model * model = llama_model_load_from_file(argv[2], llama_model_default_params());
    if (!model) {
        return 3;
    }
    const int n_vocab = llama_vocab_n_tokens(llama_model_get_vocab(model));
    llama_context * context = nullptr;
    std::map<int, std::vector<uint8_t>> states;

    std::string scratch = (std::filesystem::temp_directory_path() / "koine-replay-XXXXXX").string();
    if (!mkdtemp(scratch.data())) {
        return 6;
    }
    folder = scratch;

    std::string command;
    while (std::cin >> command) {
        if (command == "N") {
            llama_context_params params = llama_context_default_params();
            int threads, kv_type, swa_full;
            std::cin >> params.n_ctx >> params.n_batch >> params.n_ubatch >> params.n_seq_max >> threads >> kv_type
                >> swa_full;
            params.n_threads = params.n_threads_batch = threads;
            params.type_k = params.type_v = (ggml_type) kv_type;
            params.swa_full = swa_full != 0;
            params.kv_unified = true;
            llama_free(context);
            context = llama_init_from_model(model, params);
            if (!context) {
                return 4;
            }
        } else if (command == "D") {
            int count;
            std::cin >> count;
            llama_batch batch = llama_batch_init(count, 0, 1);
            batch.n_tokens = count;
            for (int i = 0; i < count; i++) {
                int output;
                std::cin >> batch.token[i] >> batch.pos[i] >> batch.seq_id[i][0] >> output;
                batch.n_seq_id[i] = 1;
                batch.logits[i] = (int8_t) output;
            }
            const int status = llama_decode(context, batch);
            printf("D %d", status);
            for (int i = 0; i < count && status == 0; i++) {
                if (batch.logits[i]) {
                    printf(" %016llx", (unsigned long long) hash_floats(llama_get_logits_ith(context, i), n_vocab));
                }
            }
            printf("\n");
            llama_batch_free(batch);
        } else if (command == "R") {
            int sequence, from, to;
            std::cin >> sequence >> from >> to;
            printf("R %d\n", (int) llama_memory_seq_rm(llama_get_memory(context), sequence, from, to));
        } else if (command == "C") {
            llama_memory_clear(llama_get_memory(context), false);
            printf("C\n");
        } else if (command == "S") {
            int id, sequence, flags;
            std::cin >> id >> sequence >> flags;
            std::vector<uint8_t> & state = states[id];
            state.assign(llama_state_seq_get_size_ext(context, sequence, flags), 0);
            const size_t size = llama_state_seq_get_data_ext(context, state.data(), state.size(), sequence, flags);
            printf("S %zu %016llx\n", size, (unsigned long long) hash_bytes(state));
        } else if (command == "L") {
            int id, sequence, flags;
            std::cin >> id >> sequence >> flags;
            const std::vector<uint8_t> & state = states.at(id);
            printf("L %zu\n", llama_state_seq_set_data_ext(context, state.data(), state.size(), sequence, flags));
        } else if (command == "F") {
            int id, sequence, count;
            std::cin >> id >> sequence >> count;
            std::vector<llama_token> tokens(count);
            for (llama_token & token : tokens) {
                std::cin >> token;
            }
            const std::string file = state_file(id);
            const size_t size = llama_state_seq_save_file(context, file.c_str(), sequence, tokens.data(), count);
            printf("F %zu %016llx\n", size, (unsigned long long) hash_bytes(content(file)));
        } else if (command == "G") {
            int id, sequence;
            size_t count;
            std::cin >> id >> sequence >> count;
            std::vector<llama_token> tokens(count);
            printf("G %zu\n", llama_state_seq_load_file(
                    context, state_file(id).c_str(), sequence, tokens.data(), tokens.size(), &count));
        } else {
            return 5;
        }
    }
    std::filesystem::remove_all(folder);
    llama_free(context);
    llama_model_free(model);
    return 0;
}
