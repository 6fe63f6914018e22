package koine.engine.grammar;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.IntFunction;

/** Strongly connected components of a graph (Tarjan), without recursion: a stranger's graph may be deep. */
final class Components {
    private final int[] part;

    Components(int nodes, IntFunction<int[]> successors) {
        part = new int[nodes];
        int[] low = new int[nodes];
        int[] index = new int[nodes];
        int[][] next = new int[nodes][];
        int[] position = new int[nodes];
        Deque<Integer> path = new ArrayDeque<>();
        Deque<Integer> unassigned = new ArrayDeque<>();
        int counter = 0;
        int parts = 0;
        for (int from = 0; from < nodes; from++) {
            if (index[from] != 0) {
                continue;
            }
            path.push(from);
            while (!path.isEmpty()) {
                int node = path.peek();
                if (index[node] == 0) {
                    index[node] = low[node] = ++counter;
                    next[node] = successors.apply(node);
                    unassigned.push(node);
                }
                if (position[node] < next[node].length) {
                    int to = next[node][position[node]++];
                    if (index[to] == 0) {
                        path.push(to);
                    } else if (part[to] == 0) {
                        low[node] = Math.min(low[node], index[to]);
                    }
                    continue;
                }
                path.pop();
                if (!path.isEmpty()) {
                    low[path.peek()] = Math.min(low[path.peek()], low[node]);
                }
                if (low[node] == index[node]) {
                    parts++;
                    int member;
                    do {
                        member = unassigned.pop();
                        part[member] = parts;
                    } while (member != node);
                }
            }
        }
    }

    /** For each node the number of its component. */
    int[] parts() {
        return part.clone();
    }
}
