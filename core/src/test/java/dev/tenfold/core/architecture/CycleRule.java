// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.architecture;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Rule 2: no cycles between top-level classes. Nested classes count as their top-level class; the
 * strongly connected components of what remains must be single classes. For each larger one the
 * shortest cycle through its first class is reported, with one place in the code per step.
 *
 * <p>A dependency is what ArchUnit reads in bytecode, which knows types that no source names, or
 * what the source names, which bytecode may have lost ({@link SourceReferences}).
 */
final class CycleRule implements Rule {
  @Override
  public List<Violation> check(Subject subject) {
    Map<String, Map<String, String>> graph = graph(subject);
    List<Violation> violations = new ArrayList<>();
    for (List<String> component : new Components(graph).found) {
      if (component.size() > 1) {
        List<String> cycle = shortestCycle(component, graph);
        violations.add(new Violation("cycles", cycle.get(0), describe(cycle, component, graph)));
      }
    }
    return violations;
  }

  private static Map<String, Map<String, String>> graph(Subject subject) {
    Map<String, Map<String, String>> graph = new TreeMap<>();
    for (JavaClass from : subject.main()) {
      String origin = Subject.topLevel(from);
      Map<String, String> edges = graph.computeIfAbsent(origin, name -> new TreeMap<>());
      for (Dependency dependency : from.getDirectDependenciesFromSelf()) {
        JavaClass to = dependency.getTargetClass().getBaseComponentType();
        String target = Subject.topLevel(to);
        if (!target.equals(origin) && subject.main().contain(to.getName())) {
          edges.putIfAbsent(target, dependency.getDescription());
        }
      }
    }
    for (SourceReferences.Reference reference : SourceReferences.of(subject)) {
      graph
          .computeIfAbsent(reference.from(), name -> new TreeMap<>())
          .putIfAbsent(reference.to(), "named in (" + reference.place() + ")");
    }
    return graph;
  }

  /** Breadth first from the component's first file back to it, inside the component. */
  private static List<String> shortestCycle(
      List<String> component, Map<String, Map<String, String>> graph) {
    String start = component.stream().sorted().findFirst().orElseThrow();
    Set<String> members = Set.copyOf(component);
    Map<String, String> reachedFrom = new HashMap<>();
    Deque<String> queue = new ArrayDeque<>(List.of(start));
    while (!reachedFrom.containsKey(start)) {
      String at = queue.remove();
      for (String next : graph.getOrDefault(at, Map.of()).keySet()) {
        if (members.contains(next) && reachedFrom.putIfAbsent(next, at) == null) {
          queue.add(next);
        }
      }
    }
    List<String> backwards = new ArrayList<>(List.of(start));
    for (String at = reachedFrom.get(start); !at.equals(start); at = reachedFrom.get(at)) {
      backwards.add(1, at);
    }
    return backwards;
  }

  private static String describe(
      List<String> cycle, List<String> component, Map<String, Map<String, String>> graph) {
    var text = new StringBuilder();
    text.append(component.size()).append(" files depend on each other, for example");
    for (int i = 0; i < cycle.size(); i++) {
      String from = cycle.get(i);
      String to = cycle.get((i + 1) % cycle.size());
      text.append("\n      ").append(from).append(" -> ").append(to).append(": ");
      text.append(graph.get(from).get(to));
    }
    return text.toString();
  }

  /** Tarjan 1972, https://doi.org/10.1137/0201010. */
  private static final class Components {
    private final Map<String, Map<String, String>> graph;
    private final Map<String, Integer> index = new HashMap<>();
    private final Map<String, Integer> low = new HashMap<>();
    private final Deque<String> stack = new ArrayDeque<>();
    private final Set<String> onStack = new HashSet<>();
    final List<List<String>> found = new ArrayList<>();

    Components(Map<String, Map<String, String>> graph) {
      this.graph = graph;
      for (String node : graph.keySet()) {
        if (!index.containsKey(node)) {
          visit(node);
        }
      }
    }

    private void visit(String node) {
      index.put(node, index.size());
      low.put(node, index.get(node));
      stack.push(node);
      onStack.add(node);
      for (String next : graph.getOrDefault(node, Map.of()).keySet()) {
        if (!index.containsKey(next)) {
          visit(next);
          low.merge(node, low.get(next), Math::min);
        } else if (onStack.contains(next)) {
          low.merge(node, index.get(next), Math::min);
        }
      }
      if (low.get(node).equals(index.get(node))) {
        List<String> component = new ArrayList<>();
        String member;
        do {
          member = stack.pop();
          onStack.remove(member);
          component.add(member);
        } while (!member.equals(node));
        found.add(component);
      }
    }
  }
}
