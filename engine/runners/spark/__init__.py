"""The same analysis past one machine: the functions of the local engine inside the tasks of a Spark cluster.

    cut -> intake -> (packs by customer) -> features -> labels -> ordered customers
                       shuffle                                       shuffle

Between the tasks travel packs: tables as Arrow IPC in a cell of a row (`packs`). What a task does is in `tasks`, how it
comes to be there in `worker`, what is asked of Spark in `cluster`, and the order of it all in `runner`.
"""
