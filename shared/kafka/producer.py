"""The one kind of producer: idempotent, every replica acknowledges."""

from aiokafka import AIOKafkaProducer

from shared.settings import Settings

REQUEST_BYTES_MAX = 1_200_000
BATCH_BYTES = 16_384


def new_producer(settings: Settings, linger_ms: int = 0, batch_bytes: int = BATCH_BYTES) -> AIOKafkaProducer:
    """Return a producer that is not started yet; a longer `linger_ms` trades delay for bigger batches."""
    return AIOKafkaProducer(
        bootstrap_servers=settings.kafka,
        enable_idempotence=True,
        acks="all",
        compression_type="lz4",
        linger_ms=linger_ms,
        max_batch_size=batch_bytes,
        max_request_size=REQUEST_BYTES_MAX,
        request_timeout_ms=20_000,
    )
