// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenfold.core.ManualTimeSource;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LoadBalancerTest {
  private final ManualTimeSource time = new ManualTimeSource();
  private final LoadBalancer balancer = new LoadBalancer(time);
  private final LoadBalancer.Target a = balancer.add("a");
  private final LoadBalancer.Target b = balancer.add("b");

  LoadBalancerTest() {
    a.at("http://a");
    b.at("http://b");
  }

  @Test
  void next_bothThere_inTurn() {
    assertThat(balancer.next()).isSameAs(a);
    assertThat(balancer.next()).isSameAs(b);
    assertThat(balancer.next()).isSameAs(a);
  }

  @Test
  void next_oneUnreachable_restsForAMomentAndComesBack() {
    balancer.unreachable(b);
    for (int i = 0; i < 5; i++) {
      assertThat(balancer.next()).isSameAs(a);
    }
    time.advance(Duration.ofMillis(500));
    assertThat(java.util.List.of(balancer.next(), balancer.next())).contains(b);
  }

  @Test
  void next_bothUnreachable_oneAnyway() {
    balancer.unreachable(a);
    balancer.unreachable(b);
    assertThat(balancer.next()).isIn(a, b);
  }

  @Test
  void next_noTarget_refuses() {
    assertThatThrownBy(new LoadBalancer(time)::next).isInstanceOf(IllegalStateException.class);
  }
}
