// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.core.TimeSource;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PaymentProviderIT {
  private static final int ENOUGH = 300;

  private final HttpClient http = HttpClient.newHttpClient();
  private final PaymentProvider provider;

  PaymentProviderIT() throws IOException {
    provider = new PaymentProvider(TimeSource.system(), new SplittableRandom(5));
  }

  @AfterEach
  void close() {
    provider.close();
  }

  private int charge(String booking, long cents) throws IOException, InterruptedException {
    String body = "{\"booking\":\"" + booking + "\",\"amountCents\":" + cents + "}";
    return http.send(
            HttpRequest.newBuilder(URI.create(provider.url()))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  private void chargeUntilTold(String booking, long cents) throws Exception {
    int status = charge(booking, cents);
    while (status != 200) {
      status = charge(booking, cents);
    }
  }

  @Test
  void charge_sameBookingAgain_chargesOnce() throws Exception {
    chargeUntilTold("b1", 700);
    chargeUntilTold("b1", 700);
    assertThat(provider.charges()).isEqualTo(Map.of("b1", 700L));
    assertThat(provider.repeated()).isPositive();
  }

  @Test
  void charge_manyBookings_someRefusedSomeAnswersLostAllChargedOnce() throws Exception {
    for (int i = 0; i < ENOUGH; i++) {
      chargeUntilTold("b" + i, i);
    }
    assertThat(provider.charges()).hasSize(ENOUGH);
    assertThat(provider.refused()).isPositive();
    assertThat(provider.lostAnswers()).isPositive();
    assertThat(provider.requests()).isGreaterThan(ENOUGH + provider.refused());
  }
}
