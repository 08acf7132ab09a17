// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.storage.s3;

import java.time.Duration;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/** Creates clients. */
final class S3Clients {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    /** Long enough that a short pause of the object store does not fail a request. */
    private static final Duration SILENCE = Duration.ofSeconds(30);

    private static final int CONNECTIONS = 64;

    private S3Clients() {}

    static S3Client of(S3Settings settings) {
        S3ClientBuilder builder = S3Client.builder()
                .forcePathStyle(settings.pathStyle())
                .httpClientBuilder(Apache5HttpClient.builder()
                        .connectionTimeout(CONNECT)
                        .socketTimeout(SILENCE)
                        .maxConnections(CONNECTIONS));
        settings.region().map(Region::of).ifPresent(builder::region);
        settings.endpoint().ifPresent(url -> {
            builder.endpointOverride(url);
            if (settings.region().isEmpty()) {
                builder.region(Region.US_EAST_1);
            }
            // Some other object stores do not support Amazon's newer checksums. In any case, services verify the
            // SHA-256 of what they read.
            builder.requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                    .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED);
        });
        return builder.build();
    }
}
