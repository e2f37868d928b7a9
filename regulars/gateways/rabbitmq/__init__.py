"""RabbitMQ: what crosses the border in real time. It carries copies of rows and is never where something is kept."""
