// A driver for Vulkan that crashes or hangs, or passes everything on to a real one (REAL) and lets it fail where a variable
// of the environment says so. Interface: Vulkan-Loader, docs/LoaderDriverInterface.md.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef void (*function)(void);
typedef function (*lookup)(void *, const char *);

static void * real;
static lookup real_device_lookup;
static void (*real_memory)(void *, uint8_t *);
static void (*real_memory2)(void *, uint8_t *);
static int (*real_allocate)(void *, const uint8_t *, const void *, void *);
static int (*real_submit)(void *, uint32_t, const void *, uint64_t);

static uint64_t number(const char * name) {
    const char * text = getenv(name);
    return text ? strtoull(text, NULL, 10) : UINT64_MAX;
}

static void say(const char * what) {
    const char * path = getenv("KOINE_DRIVER_LOG");
    FILE * file = path ? fopen(path, "a") : NULL;
    if (file) {
        fprintf(file, "%s\n", what);
        fclose(file);
    }
}

__attribute__((constructor)) static void begin(void) {
    const char * how = getenv("KOINE_DRIVER");
    say("loaded");
    if (how && !strcmp(how, "crashes")) {
        abort();
    }
    while (how && !strcmp(how, "hangs")) {
        pause();
    }
    real = dlopen(REAL, RTLD_NOW | RTLD_LOCAL);
}

static void * of_real(const char * name) {
    return real ? dlsym(real, name) : NULL;
}

// VkPhysicalDeviceMemoryProperties: 32 types of 8 bytes after their count, then 16 heaps of 16 bytes after theirs
static void shrink(uint8_t * properties) {
    uint32_t heaps;
    memcpy(&heaps, properties + 260, sizeof heaps);
    for (uint32_t i = 0; i < heaps; i++) {
        uint64_t size;
        memcpy(&size, properties + 264 + 16 * i, sizeof size);
        if (size > number("KOINE_DRIVER_HEAP")) {
            size = number("KOINE_DRIVER_HEAP");
            memcpy(properties + 264 + 16 * i, &size, sizeof size);
        }
    }
}

static void memory(void * device, uint8_t * properties) {
    real_memory(device, properties);
    shrink(properties);
}

// VkPhysicalDeviceMemoryProperties2: the same after sType and pNext; with VkPhysicalDeviceMemoryBudgetPropertiesEXT in the chain
static void memory2(void * device, uint8_t * properties) {
    real_memory2(device, properties);
    shrink(properties + 16);
    uint8_t * next;
    for (memcpy(&next, properties + 8, sizeof next); next; memcpy(&next, next + 8, sizeof next)) {
        uint32_t type;
        memcpy(&type, next, sizeof type);
        for (int i = 0; type == 1000237000 && i < 16; i++) {
            uint64_t budget;
            memcpy(&budget, next + 16 + 8 * i, sizeof budget);
            if (budget > number("KOINE_DRIVER_HEAP")) {
                budget = number("KOINE_DRIVER_HEAP");
                memcpy(next + 16 + 8 * i, &budget, sizeof budget);
            }
        }
    }
}

static int allocate(void * device, const uint8_t * info, const void * allocator, void * made) {
    static uint64_t sum;
    uint64_t size;
    memcpy(&size, info + 16, sizeof size);
    if (sum + size > number("KOINE_DRIVER_MEMORY")) {
        say("refused");
        return -2; // VK_ERROR_OUT_OF_DEVICE_MEMORY
    }
    sum += size;
    return real_allocate(device, info, allocator, made);
}

static int submit(void * queue, uint32_t count, const void * submits, uint64_t fence) {
    static uint64_t done;
    if (++done > number("KOINE_DRIVER_SUBMITS")) {
        say("died");
        abort();
    }
    if (done > number("KOINE_DRIVER_WORKS")) {
        say("lost");
        return -4; // VK_ERROR_DEVICE_LOST
    }
    return real_submit(queue, count, submits, fence);
}

static function instead(const char * name, function found);

static function device_lookup(void * device, const char * name) {
    return instead(name, real_device_lookup(device, name));
}

#define INSTEAD(vulkan, kept, ours)  \
    if (found && !strcmp(name, vulkan)) { \
        kept = (void *) found;       \
        return (function) ours;      \
    }

static function instead(const char * name, function found) {
    INSTEAD("vkGetDeviceProcAddr", real_device_lookup, device_lookup)
    INSTEAD("vkGetPhysicalDeviceMemoryProperties", real_memory, memory)
    INSTEAD("vkGetPhysicalDeviceMemoryProperties2", real_memory2, memory2)
    INSTEAD("vkGetPhysicalDeviceMemoryProperties2KHR", real_memory2, memory2)
    INSTEAD("vkAllocateMemory", real_allocate, allocate)
    INSTEAD("vkQueueSubmit", real_submit, submit)
    return found;
}

function vk_icdGetInstanceProcAddr(void * instance, const char * name) {
    lookup found = (lookup) of_real("vk_icdGetInstanceProcAddr");
    return found ? instead(name, found(instance, name)) : NULL;
}

function vk_icdGetPhysicalDeviceProcAddr(void * instance, const char * name) {
    lookup found = (lookup) of_real("vk_icdGetPhysicalDeviceProcAddr");
    return found ? instead(name, found(instance, name)) : NULL;
}

int vk_icdNegotiateLoaderICDInterfaceVersion(uint32_t * version) {
    int (*found)(uint32_t *) = (int (*)(uint32_t *)) of_real("vk_icdNegotiateLoaderICDInterfaceVersion");
    return found ? found(version) : -9; // VK_ERROR_INCOMPATIBLE_DRIVER
}
